"""`uses_certificate`, `issued_by` and `of_class`: what an entrance takes its TLS and its controller from."""

from collections.abc import Iterator, Mapping, Sequence

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.cluster import manifests, named
from scanner.linking.interface import ambiguous
from scanner.linking.mesh import ROOT_NAMESPACE
from scanner.linking.objects import namespace_of, nearest, objects_of
from scanner.linking.reading import known, mapping, text, texts
from scanner.linking.secrets import find_secret, made_secrets

_ISSUERS = (("cert-manager.io/cluster-issuer", "ClusterIssuer"), ("cert-manager.io/issuer", "Issuer"))
_OLD_CLASS = "kubernetes.io/ingress.class"
_DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"
_ENTRANCES = ("Ingress", "Gateway", "IstioGateway")


def uses_certificate(release: Release) -> Iterator[Link | Notification]:
    """Links from Ingresses and gateways to the Secret of their TLS, or to the Certificate that makes it."""
    written, made = objects_of(release, "Secret"), made_secrets(release)
    for entrance in manifests(release, *_ENTRANCES):
        for path, namespaces, name in _secrets_of(entrance):
            found = next(filter(None, (find_secret(written, made, (each, name)) for each in namespaces)), [])
            yield from _tied(entrance, "uses_certificate", found, path, f"Secret {name}")


def issued_by(release: Release) -> Iterator[Link | Notification]:
    """Links from Certificates, and from entrances annotated for cert-manager, to their issuer."""
    issuers = objects_of(release, "Issuer", "ClusterIssuer")
    for certificate in manifests(release, "Certificate"):
        reference = mapping(certificate, "spec", "issuerRef")
        kind, name = named(reference, "kind", "Issuer"), named(reference, "name")
        namespace = "" if kind == "ClusterIssuer" else namespace_of(certificate)
        found = issuers.get((kind, namespace, name), ())
        yield from _tied(certificate, "issued_by", found, ("spec", "issuerRef", "name"), f"{kind} {name}")
    for entrance in manifests(release, *_ENTRANCES):
        for annotation, kind in _ISSUERS:
            path = ("metadata", "annotations", annotation)
            name = text(entrance, *path)
            found = issuers.get((kind, "" if kind == "ClusterIssuer" else namespace_of(entrance), name), ())
            yield from _tied(entrance, "issued_by", found, path, f"{kind} {name}")


def of_class(release: Release) -> Iterator[Link | Notification]:
    """Links from Ingresses and Gateways to their class; an Ingress that names none has the default one."""
    classes = objects_of(release, "IngressClass", "GatewayClass")
    default = [each for each in manifests(release, "IngressClass") if _is_default(each)]
    for ingress in manifests(release, "Ingress"):
        places: tuple[AttributePath, ...] = (("spec", "ingressClassName"), ("metadata", "annotations", _OLD_CLASS))
        path, name = next(((path, text(ingress, *path)) for path in places if text(ingress, *path)), ((), ""))
        found = classes.get(("IngressClass", "", name), ()) if name else default
        yield from _tied(ingress, "of_class", found, path, f"IngressClass {name}")
    for gateway in manifests(release, "Gateway"):
        path = ("spec", "gatewayClassName")
        name = text(gateway, *path)
        yield from _tied(gateway, "of_class", classes.get(("GatewayClass", "", name), ()), path, f"GatewayClass {name}")


def _secrets_of(entrance: Resource) -> Iterator[tuple[AttributePath, tuple[str, ...], str]]:
    """Where a Secret is named, in which namespaces it may be, and its name."""
    own = namespace_of(entrance)
    if entrance.type == "Ingress":
        yield from ((at, (own,), name) for at, name in texts(entrance, "spec", "tls", "secretName"))
    elif entrance.type == "IstioGateway":
        # It is read where the gateway's pods run, which is seldom where the Gateway is.
        path = ("spec", "servers", "tls", "credentialName")
        yield from ((at, (own, ROOT_NAMESPACE), name) for at, name in texts(entrance, *path))
    else:
        for at, references in known(entrance, "spec", "listeners", "tls", "certificateRefs"):
            for index, each in enumerate(references if isinstance(references, list) else ()):
                if isinstance(each, Mapping) and named(each, "kind", "Secret") == "Secret":
                    yield (*at, index, "name"), (named(each, "namespace", own),), named(each, "name")


def _is_default(ingress_class: Resource) -> bool:
    return str(mapping(ingress_class, "metadata", "annotations").get(_DEFAULT_CLASS)).lower() == "true"


def _tied(
    source: Resource, kind: str, candidates: Sequence[Resource], path: AttributePath, what: str
) -> Iterator[Link | Notification]:
    found = nearest(candidates, source)
    evidence = source.locate(path)
    if len(found) == 1:
        yield Link(source.key, kind, found[0].key, evidence, found[0].locate(("metadata", "name")))
    elif found:
        yield ambiguous(f"{source.address}: {what}", found, evidence)
