"""The operator's Helm chart.

Source: its values.yaml, templates and conf/flink-conf.yaml at the tags release-1.10.0 to 1.15.0.
"""

from overlaykit.operator.versions import Release

# The packages of Java 17 that Flink and its libraries reach into.
_EXPORTS = ("base/sun.net.util", "rmi/sun.rmi.registry", "security.jgss/sun.security.krb5")
_COMPILER = ("api", "file", "parser", "tree", "util")
_OPENS = ("lang", "net", "io", "nio", "sun.nio.ch", "lang.reflect", "text", "time", "util")
_OPENS_MORE = ("util.concurrent", "util.concurrent.atomic", "util.concurrent.locks")


def own_configuration(release: Release) -> dict[str, str]:
    """What the chart of a release sets itself (its conf/flink-conf.yaml), 1.10 to 1.15."""
    found = {"taskmanager.numberOfTaskSlots": "1", "parallelism.default": "1"}
    if release.minor < 11:
        return found
    names = (one if one.startswith("sun.") else f"java.{one}" for one in (*_OPENS, *_OPENS_MORE))
    exports = [f"java.{one}" for one in _EXPORTS]
    if release.minor == 11:
        exports[2:2] = [f"jdk.compiler/com.sun.tools.javac.{one}" for one in _COMPILER]
    flags = [f"--add-exports={one}=ALL-UNNAMED" for one in exports]
    flags += [f"--add-opens=java.base/{one}=ALL-UNNAMED" for one in names]
    prefix = "kubernetes.operator.default-configuration.flink-version."
    return found | {
        f"{prefix}v1_18.env.java.opts.all": " ".join(flags),
        f"{prefix}v1_19+.env.java.default-opts.all": " ".join(flags),
    }
