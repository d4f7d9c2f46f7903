"""The Applications that a unit makes, each with what it deploys: the members of one sync."""

from overlaykit.argocd.applications import is_application
from overlaykit.argocd.waves import Child
from overlaykit.repo.values import values_of
from overlaykit.repo.world import Unit, World


def children(unit: Unit, world: World) -> list[Child]:
    found = []
    for application in world.applications_of.get(unit.folder, ()):
        if is_application(application.obj):
            content = [obj for part in world.content(application) for obj in part.objects]
            found.append(Child(application, tuple(content), values_of(application, world)))
    return found
