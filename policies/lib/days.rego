# Days of the calendar, counted, so that what ages can be judged against the day of the scan.
package lib.days

import rego.v1

# The day in a text such as 2026-11-21 or 2026-11-21T08:00:00Z, as its number; undefined for what is no day.
day(text) := number if {
	is_string(text)
	found := regex.find_all_string_submatch_n(
		`^\s*([1-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?:$|[T\s])`,
		text,
		1,
	)
	year := to_number(found[0][1])
	month := to_number(trim_left(found[0][2], "0"))
	of_month := to_number(trim_left(found[0][3], "0"))
	of_month <= length(year, month)
	number := before(year) + sum([length(year, each) | some each in numbers.range(1, 12); each < month]) + of_month
}

# The day of the scan; undefined where it has none.
today := day(input.as_of)

# How many days ago it was, below zero for what is to come.
age(text) := today - day(text)

before(year) := (((365 * (year - 1)) + floor((year - 1) / 4)) - floor((year - 1) / 100)) + floor((year - 1) / 400)

length(_, month) := 31 if month in {1, 3, 5, 7, 8, 10, 12}

length(_, month) := 30 if month in {4, 6, 9, 11}

length(year, 2) := 29 if is_leap(year)

length(year, 2) := 28 if not is_leap(year)

is_leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

is_leap(year) if year % 400 == 0
