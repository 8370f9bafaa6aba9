# Where a region of a cloud is, and what the words of a declared residency allow.
package lib.regions

import rego.v1

# --- The world ----------------------------------------------------------------------------------

# Regions by the country that they are in: AWS, Google Cloud and Azure, as their documentation lists them.
_regions := {
	"AE": ["me-central-1", "uaenorth", "uaecentral"],
	"AT": ["austriaeast"],
	"AU": [
		"ap-southeast-2", "ap-southeast-4", "australia-southeast1", "australia-southeast2", "australiacentral",
		"australiacentral2", "australiaeast", "australiasoutheast",
	],
	"BE": ["europe-west1", "belgiumcentral"],
	"BH": ["me-south-1"],
	"BR": ["sa-east-1", "southamerica-east1", "brazilsouth", "brazilsoutheast"],
	"CA": [
		"ca-central-1", "ca-west-1", "northamerica-northeast1", "northamerica-northeast2", "canadacentral", "canadaeast",
	],
	"CH": ["eu-central-2", "europe-west6", "switzerlandnorth", "switzerlandwest"],
	"CL": ["southamerica-west1", "chilecentral"],
	"CN": [
		"cn-north-1", "cn-northwest-1", "chinaeast", "chinaeast2", "chinaeast3", "chinanorth", "chinanorth2",
		"chinanorth3",
	],
	"DE": ["eu-central-1", "eusc-de-east-1", "europe-west3", "europe-west10", "germanywestcentral", "germanynorth"],
	"DK": ["denmarkeast"],
	"ES": ["eu-south-2", "europe-southwest1", "spaincentral"],
	"FI": ["europe-north1"],
	"FR": ["eu-west-3", "europe-west9", "francecentral", "francesouth"],
	"GB": ["eu-west-2", "europe-west2", "uksouth", "ukwest"],
	"HK": ["ap-east-1", "asia-east2", "eastasia"],
	"ID": ["ap-southeast-3", "asia-southeast2", "indonesiacentral"],
	"IE": ["eu-west-1", "northeurope"],
	"IL": ["il-central-1", "me-west1", "israelcentral"],
	"IN": [
		"ap-south-1", "ap-south-2", "asia-south1", "asia-south2", "centralindia", "southindia", "westindia",
		"jioindiacentral", "jioindiawest",
	],
	"IT": ["eu-south-1", "europe-west8", "europe-west12", "italynorth"],
	"JP": ["ap-northeast-1", "ap-northeast-3", "asia-northeast1", "asia-northeast2", "asia1", "japaneast", "japanwest"],
	"KR": ["ap-northeast-2", "asia-northeast3", "koreacentral", "koreasouth"],
	"MX": ["mx-central-1", "northamerica-south1", "mexicocentral"],
	"MY": ["ap-southeast-5", "malaysiawest"],
	"NL": ["europe-west4", "westeurope"],
	"NO": ["norwayeast", "norwaywest"],
	"NZ": ["ap-southeast-6", "newzealandnorth"],
	"PL": ["europe-central2", "polandcentral"],
	"QA": ["me-central1", "qatarcentral"],
	"SA": ["me-central2"],
	"SE": ["eu-north-1", "europe-north2", "swedencentral", "swedensouth"],
	"SG": ["ap-southeast-1", "asia-southeast1", "southeastasia"],
	"TH": ["ap-southeast-7", "asia-southeast3"],
	"TW": ["ap-east-2", "asia-east1"],
	"US": [
		"us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-east-1", "us-gov-west-1", "us-central1", "us-east1",
		"us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4", "centralus", "eastus",
		"eastus2", "northcentralus", "southcentralus", "westcentralus", "westus", "westus2", "westus3", "usgovarizona",
		"usgovtexas", "usgovvirginia",
	],
	"ZA": ["af-south-1", "africa-south1", "southafricanorth", "southafricawest"],
}

_country_of[region] := country if {
	some country, members in _regions
	some region in members
}

_european_union := {
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
	"MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}

_economic_area := _european_union | {"IS", "LI", "NO"}

# Regions of Google Cloud that are several.
_wide := {
	"eu": _european_union,
	"europe": _european_union,
	"eur3": {"BE", "NL"},
	"eur4": {"FI", "NL"},
	"eur5": {"BE", "GB"},
	"eur7": {"DE", "GB"},
	"eur8": {"CH", "DE"},
	"us": {"US"},
	"nam3": {"US"},
	"nam4": {"US"},
	"nam5": {"US"},
	"nam7": {"US"},
}

# Words for places, and two letters for every country that has a region.
_words := {
	"eu": _european_union,
	"eu27": _european_union,
	"europeanunion": _european_union,
	"eea": _economic_area,
	"ewr": _economic_area,
	"europeaneconomicarea": _economic_area,
	"europe": _economic_area | {"CH", "GB"},
	"us": {"US"},
	"usa": {"US"},
	"unitedstates": {"US"},
	"uk": {"GB"},
	"unitedkingdom": {"GB"},
	"austria": {"AT"},
	"australia": {"AU"},
	"belgium": {"BE"},
	"brazil": {"BR"},
	"canada": {"CA"},
	"denmark": {"DK"},
	"finland": {"FI"},
	"france": {"FR"},
	"germany": {"DE"},
	"deutschland": {"DE"},
	"india": {"IN"},
	"ireland": {"IE"},
	"italy": {"IT"},
	"japan": {"JP"},
	"netherlands": {"NL"},
	"norway": {"NO"},
	"poland": {"PL"},
	"singapore": {"SG"},
	"spain": {"ES"},
	"sweden": {"SE"},
	"switzerland": {"CH"},
}

# --- Regions ------------------------------------------------------------------------------------

# As it is compared: `West Europe` is `westeurope`, `EUROPE-WEST3` is `europe-west3`, and a zone is in its region.
plain(region) := regex.replace(said, `^([a-z]+-[a-z]+[0-9]+)-[a-z]$`, `$1`) if {
	said := regex.replace(regex.replace(lower(region), `\s+`, ""), `_`, "-")
}

# In which countries the region is; undefined for one that is not known.
countries(region) := {_country_of[plain(region)]}

countries(region) := _wide[plain(region)] if not _country_of[plain(region)]

european_union := _european_union

# Outside of every boundary.
anywhere := {"anywhere"}

# --- A declared residency -----------------------------------------------------------------------

_word(entry) := regex.replace(lower(entry), `[^a-z0-9]`, "")

# The countries that an entry allows as a whole; undefined for a region.
allows(entry) := _words[_word(entry)]

allows(entry) := {upper(entry)} if {
	not _words[_word(entry)]
	upper(entry) in object.keys(_regions)
}

# What nobody knows: neither a word nor a region.
is_unknown(entry) if {
	not allows(entry)
	not countries(entry)
}

# Whether something that is in these countries, and in this region if it is in one, may be there: true, false, or
# what is not known.
is_allowed(place, entries) := true if plain(object.get(place, "region", "")) in {plain(entry) | some entry in entries}

is_allowed(place, entries) := true if {
	not plain(object.get(place, "region", "")) in {plain(entry) | some entry in entries}
	is_inside(place, entries)
}

is_allowed(place, entries) := open_because(place.region, sprintf("the region %s is not known", [place.region])) if {
	not plain(object.get(place, "region", "")) in {plain(entry) | some entry in entries}
	not place.countries
}

is_allowed(place, entries) := open_because(entry, sprintf("what %s in data.residency means is not known", [entry])) if {
	not plain(object.get(place, "region", "")) in {plain(each) | some each in entries}
	place.countries
	not is_inside(place, entries)
	entry := sort([each | some each in entries; is_unknown(each)])[0]
}

is_allowed(place, entries) := false if {
	not plain(object.get(place, "region", "")) in {plain(entry) | some entry in entries}
	place.countries
	not is_inside(place, entries)
	count([each | some each in entries; is_unknown(each)]) == 0
}

is_inside(place, entries) if {
	allowed := {country | some entry in entries; some country in allows(entry)}
	count(place.countries) > 0
	count(place.countries - allowed) == 0
}

open_because(what, reason) := {"$unresolved": what, "reason": reason}
