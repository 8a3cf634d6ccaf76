"""HTTP of the files of unsent work."""

from litestar import Controller, get
from litestar.di import NamedDependency

from wangge.accounts.actor import BY_ONESELF, UNFINISHED, Actor
from wangge.core.settings import Settings
from wangge.unsent_files.key import UnsentFilesKey
from wangge.unsent_files.schemas import UnsentFilesKeyRead


class UnsentFileController(Controller):
    """What a phone needs to encrypt its unsent work into a file that only this server opens."""

    path = "/unsent-files"
    tags = ("sync",)

    @get("/key", opt={UNFINISHED: {"wipe", *BY_ONESELF}}, sync_to_thread=True)
    def key(self, actor: NamedDependency[Actor], settings: NamedDependency[Settings]) -> UnsentFilesKeyRead:
        """The public key that such files are encrypted for."""
        return UnsentFilesKey(settings.data_dir).public()
