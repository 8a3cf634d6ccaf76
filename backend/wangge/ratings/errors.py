"""What can go wrong with ratings."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class RoundExists(WanggeError):
    """The territory has been, or is being, rated for this year."""

    code, status = "rating_round_exists", 409
    zh = "这个地区这一年度已经有评价批次，请直接打开它。"
    en = "This territory has a round for this year already; open that one."


class RoundBusy(WanggeError):
    """Work on the round is under way."""

    code, status = "rating_round_busy", 409
    zh = "这个批次正在处理，请等进度完成后再操作。"
    en = "Work on this round is under way; wait until it is done."


class RoundPublished(WanggeError):
    """The round is published; single ratings may still be changed for a reason."""

    code, status = "rating_round_published", 409
    zh = "这个批次已经公布。需要调整的，请逐家调整并写明理由。"
    en = "This round is published. Change single ratings, with a reason."


class RatingsUndecided(WanggeError):
    """Some ratings of the round are only proposed."""

    code, status = "ratings_undecided", 409
    zh = "还有 {count} 家没有审核，不能公布。请逐家审核，或按等级成批采纳建议。"
    en = "{count} rating(s) are not decided on. Decide on them, or accept the proposals by grade."


class ObjectionLate(WanggeError):
    """The term for objections is over."""

    code, status = "objection_late", 422
    zh = "异议期到 {until} 为止，已经过期。确有错误的，可依职权重新评定。"
    en = "Objections were taken until {until}. If the rating is wrong, rate again on your own account."


class ObjectionOpen(WanggeError):
    """An objection to this rating is waiting for a decision."""

    code, status = "objection_open", 409
    zh = "这个等级已有一件异议等待决定，请先处理。"
    en = "An objection to this rating is waiting; decide on it first."


class ObjectionDecided(WanggeError):
    """The objection has been decided."""

    code, status = "objection_decided", 409
    zh = "这件异议已经作出决定。"
    en = "This objection has been decided."


class RatingNotPublished(WanggeError):
    """Only what is published can be objected to."""

    code, status = "rating_not_published", 409
    zh = "这个等级还没有公布，不能提出异议。"
    en = "This rating is not published yet; there is nothing to object to."


constraint_means("uq_rating_rounds_grid_id_year", RoundExists)
constraint_means("pk_rating_rounds", RoundExists)
constraint_means("uq_rating_objections_open", ObjectionOpen)
constraint_means("pk_rating_objections", ObjectionOpen)
