"""The application: routes, dependencies, error map. Nothing runs at import."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from litestar import Litestar, Request, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge import __version__
from wangge.access.controllers import RightsController
from wangge.accounts.actor import provide_actor, sent_by_own_pages
from wangge.accounts.controllers import AuthController, MeController
from wangge.accounts.managed_controllers import AccountController, DeviceController, SessionController
from wangge.accounts.own_controllers import OwnController
from wangge.accounts.secrets_box import SecretsBox
from wangge.anomalies.assessing import assess_all_due, fingerprint_all_due
from wangge.anomalies.controllers import AnomalyController
from wangge.audit_log.controllers import AuditController
from wangge.base_maps.archive import Archive, ArchiveUnusable
from wangge.base_maps.controllers import BaseMapController
from wangge.base_maps.keeping import BaseMaps
from wangge.books.controllers import BookController
from wangge.books.making import stop_making, tidy_books
from wangge.catalogues.controllers import CatalogueController
from wangge.certificates.controllers import CertificateController, OwnCertificateController
from wangge.core.background import every
from wangge.core.db import make_engine, unit_of_work
from wangge.core.gzip_pieces import COMPRESSES_ITSELF
from wangge.core.health import HealthController
from wangge.core.logging import request_log
from wangge.core.media_type import json_says_so
from wangge.core.problems import EXCEPTION_HANDLERS
from wangge.core.settings import Settings, SettingsError
from wangge.core.static import front_end, no_such_route
from wangge.coverage.controllers import CoverageController
from wangge.coverage.keeping import keep_coverage
from wangge.designations.controllers import DesignationController
from wangge.duties.controllers import DutyController
from wangge.employer_files.controllers import EmployerConflictController, EmployerFileController, EmployerMergeController
from wangge.employers.controllers import EmployerController
from wangge.entrustments.controllers import EntrustmentController
from wangge.evidence.controllers import EvidenceController, UploadController
from wangge.evidence.files import evidence_files
from wangge.evidence_packages.controllers import EvidencePackageController
from wangge.exports.controllers import ExportController
from wangge.gaps.controllers import GapController
from wangge.geocoding.locating import locate_all_due
from wangge.geocoding.tianditu import Tianditu
from wangge.grid_changes.controllers import EmployerGridController, GridChangeController, GridEditingController
from wangge.grids.controllers import GridController
from wangge.hand_overs.controllers import HandOverController
from wangge.incidents.controllers import IncidentController
from wangge.key_list.controllers import KeyListController
from wangge.key_list.keeping import keep_key_list
from wangge.maps.controllers import MapController
from wangge.matching.controllers import MatchController
from wangge.matching.keys import make_due_keys
from wangge.patrols.controllers import PatrolController, PeopleController
from wangge.people.controllers import RegisterController
from wangge.ratings.controllers import RatingController, RatingRoundController
from wangge.ratings.working import work_on_rounds
from wangge.record_log.controllers import RecordLogController
from wangge.record_log.keeping import keep
from wangge.record_log.server_key import ServerKey
from wangge.registries.controllers import RegistryImportController, RegistryRowController
from wangge.registries.running import stop_working, take_over
from wangge.responsibility.controllers import ResponsibilityController
from wangge.seals.controllers import SealController
from wangge.signals.controllers import SignalController
from wangge.spatial_imports.controllers import SpatialImportController
from wangge.spatial_imports.files import ImportFiles
from wangge.spatial_imports.reading import stop_reading
from wangge.standing.controllers import StandingController
from wangge.sync.controllers import SyncController
from wangge.talks.controllers import TalkController
from wangge.tracks.controllers import TrackController
from wangge.training.controllers import TrainingController
from wangge.units.controllers import MatterController, UnitController
from wangge.unsent_files.controllers import UnsentFileController
from wangge.visits.controllers import CheckInController, VisitController

CONTROLLERS = (
    HealthController, AuthController, MeController, SyncController, UploadController, EvidenceController, GridController,
    GridChangeController, GridEditingController, EmployerGridController, MapController, BaseMapController, EmployerController,
    CoverageController, PeopleController, PatrolController, CheckInController, VisitController, MatterController,
    UnitController, EntrustmentController, DesignationController, ResponsibilityController, DutyController,
    CertificateController, OwnCertificateController, RegisterController, HandOverController, TrainingController,
    OwnController, AccountController, SessionController, DeviceController, RightsController, AuditController,
    SpatialImportController, ExportController, GapController, SealController, RecordLogController,
    EvidencePackageController, UnsentFileController, AnomalyController,
    EmployerFileController, EmployerConflictController, EmployerMergeController,
    CatalogueController, TalkController, TrackController, IncidentController,
    StandingController, SignalController, KeyListController, RatingRoundController, RatingController,
    RegistryImportController, RegistryRowController, MatchController,
    BookController,
)  # fmt: skip


@dataclass(frozen=True)
class Pace:
    """How many seconds pass between two rounds of the work beside the requests."""

    record_log: float = 2.0
    """How soon what has been committed gets its place in the record log."""
    coverage: float = 1.0
    """How soon a visit, a duty or a lapsed certificate shows in the counts and on the maps of coverage."""
    assessing: float = 5.0
    """How soon odd records show at the desk; the day itself is left to rest first (policy anomaly_wait_s)."""
    standing: float = 3.0
    """How soon the key list follows what came from the field, and ordered work on ratings begins."""
    matching: float = 3.0
    """How soon a new file is compared with registries."""
    stopped_imports: float = 20.0
    addresses: float = 60.0
    old_books: float = 60.0


@get("/api/openapi.json", include_in_schema=False, media_type="application/vnd.oai.openapi+json")
async def openapi_document(request: Request[Any, Any, Any]) -> Response[Any]:
    """The contract, made from the code."""
    return Response(request.app.openapi_schema.to_schema())


def create_app(settings: Settings, app_url: str, pace: Pace = Pace()) -> Litestar:
    """The ASGI application over the API's own database connection (``app_url``, least privilege) and one front-end folder.

    Raises:
        SettingsError: the base map is no archive that can be served.
    """
    base_maps = BaseMaps(settings.base_map, settings.base_map_dir)
    if settings.base_map:
        try:
            Archive(settings.base_map)
        except ArchiveUnusable as error:
            raise SettingsError(f"WANGGE_BASEMAP_PMTILES: {error}") from error
    engine = make_engine(app_url, settings.pool_size)
    box = SecretsBox(settings.data_dir)
    server_key = ServerKey(settings.receipt_key)

    geocoder = Tianditu(settings.geocoder_url, settings.geocoder_key) if settings.geocoder_key else None
    list_files = ImportFiles(settings)

    async def geocode() -> None:
        if geocoder is not None:
            await locate_all_due(engine, geocoder)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None, None]:
        settings.evidence_dir.mkdir(parents=True, exist_ok=True)
        files = evidence_files(settings.evidence_dir)
        async with (
            every(pace.record_log, "record log", lambda: keep(engine, server_key)),
            every(pace.coverage, "coverage", lambda: keep_coverage(engine)),
            every(pace.assessing, "fingerprints", lambda: fingerprint_all_due(engine, files)),
            every(pace.assessing, "anomalies", lambda: assess_all_due(engine)),
            every(pace.standing, "key list", lambda: keep_key_list(engine)),
            every(pace.standing, "ratings", lambda: work_on_rounds(engine)),
            every(pace.matching, "matching", lambda: make_due_keys(engine)),
            every(pace.stopped_imports, "registry imports", lambda: take_over(engine, list_files)),
            every(pace.addresses, "geocoder", geocode),
            every(pace.old_books, "books", lambda: tidy_books(engine, settings)),
        ):
            yield
        await stop_working()
        await stop_reading()
        if geocoder is not None:
            await geocoder.close()
        await stop_making()
        await engine.dispose()

    async def provide_server_key() -> ServerKey:
        return await server_key.ready(engine)

    async def provide_db() -> AsyncGenerator[AsyncSession, None]:
        async with unit_of_work(engine) as session:
            yield session

    api = Router(
        "/api",
        route_handlers=CONTROLLERS,
        guards=[sent_by_own_pages, json_says_so],
        dependencies={
            "db": provide_db,
            "actor": Provide(provide_actor),
            "engine": Provide(lambda: engine, sync_to_thread=False),
            "settings": Provide(lambda: settings, sync_to_thread=False),
            "box": Provide(lambda: box, sync_to_thread=False),
            "server_key": Provide(provide_server_key),
            "base_maps": Provide(lambda: base_maps, sync_to_thread=False),
        },
    )
    app = Litestar(
        route_handlers=[api, openapi_document, no_such_route, front_end(settings.pwa_dir)],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[lifespan],
        state=State({"settings": settings}),
        request_max_body_size=settings.max_body_bytes,
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=5, minimum_size=800, exclude=["/assets/.*png"], exclude_opt_key=COMPRESSES_ITSELF,
        ),
        openapi_config=OpenAPIConfig(
            title="Wangge 网格", version=__version__, render_plugins=[],
        ),
    )  # fmt: skip
    # outside of the routing, so that what has no route has an id and a line in the log too
    app.asgi_handler = request_log(app.asgi_handler)
    return app
