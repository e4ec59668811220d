"""build: the mesh of any parameter record."""

from functools import singledispatch

from assets.cars.params import CarParams
from assets.distractors.build import build_distractor
from assets.distractors.params import DistractorParams
from assets.mesh import Mesh
from assets.models.build import build_model
from assets.models.params import ModelParams
from assets.params import Params
from assets.street.barrier import build_barrier
from assets.street.building import build_building
from assets.street.horizon import build_horizon
from assets.street.params import (
    BarrierParams,
    BuildingParams,
    HorizonParams,
    PlaneParams,
    PostParams,
    RoadSurfaceParams,
    TreeParams,
)
from assets.street.plane import build_plane
from assets.street.post import build_post
from assets.street.surface import build_road_surface
from assets.street.tree import build_tree
from assets.traffic.build import build_traffic
from assets.traffic.params import BusParams, PedestrianParams, TruckParams, TwoWheelerParams


@singledispatch
def build(params: Params) -> Mesh:
    """The mesh of one parameter record, without chance: equal params give equal meshes.

    Raises TypeError for a record that describes no mesh.
    """
    raise TypeError(f"no builder for {type(params).__name__}")


@build.register
def _(params: CarParams) -> Mesh:
    from assets.cars.build import build_car  # the largest builder, of no use to a job without cars

    return build_car(params)


build.register(DistractorParams)(build_distractor)
build.register(RoadSurfaceParams)(build_road_surface)
build.register(PlaneParams)(build_plane)
build.register(BuildingParams)(build_building)
build.register(TreeParams)(build_tree)
build.register(PostParams)(build_post)
build.register(BarrierParams)(build_barrier)
build.register(HorizonParams)(build_horizon)
build.register(ModelParams)(build_model)
build.register(TruckParams)(build_traffic)
build.register(BusParams)(build_traffic)
build.register(TwoWheelerParams)(build_traffic)
build.register(PedestrianParams)(build_traffic)
