"""What an entrustment must say, decided without the database; and the dates that follow from it."""

from datetime import date, timedelta

from wangge.core.errors import FieldProblem
from wangge.entrustments.schemas import EntrustmentWrite


def term_problems(valid_from: date, valid_to: date, max_years: int) -> list[FieldProblem]:
    """What is wrong with a term: it must end after it begins and not last longer than so many years."""
    if valid_to < valid_from:
        return [FieldProblem("valid_to", "before_start", "止期早于起期。", "The term ends before it begins.")]
    if valid_to > _years_later(valid_from, max_years):
        zh, en = f"委托期限最长 {max_years} 年。", f"A term lasts at most {max_years} years."
        return [FieldProblem("valid_to", "term_too_long", zh, en)]
    return []


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def content_problems(data: EntrustmentWrite, today: date, max_years: int, max_employers: int) -> list[FieldProblem]:
    """What is wrong with an entrustment as written, field by field; empty when nothing is."""
    problems = term_problems(data.valid_from, data.valid_to, max_years)
    if data.principal_id == data.agent_id:
        problems.append(FieldProblem("agent_id", "same_unit", "受托机构不能是委托机构自己。", "A unit cannot entrust itself."))
    if data.reach == "area" and data.grid_id is None:
        problems.append(FieldProblem("grid_id", "area_missing", "请选择委托的区域（网格）。", "Choose the area (a grid)."))
    if data.reach == "employers" and not data.employer_ids:
        problems.append(FieldProblem("employer_ids", "list_empty", "请至少选一家单位。", "Choose at least one employer."))
    if len(set(data.employer_ids)) > max_employers:
        zh, en = f"名单最多 {max_employers} 家，再多请按区域委托。", f"A list holds at most {max_employers}; entrust an area instead."
        problems.append(FieldProblem("employer_ids", "list_too_long", zh, en))
    if data.published_on is not None and data.published_on > today:
        problems.append(FieldProblem("published_on", "in_future", "公布日期不能晚于今天。", "It cannot be published in the future."))
    return problems


def last_day_allowed(how: str, last_day: date | None, today: date, valid_from: date, runs_until: date) -> FieldProblem | None:
    """Why an entrustment in force cannot end on this day; None when it can.

    One that has not begun is called off whole and needs no day. One that runs ends today at the earliest: what was done
    under it until now stays done under it.
    """
    if valid_from > today:
        return None
    if last_day is None:
        return FieldProblem("last_day", "missing", "请选择最后一天。", "Choose the last day.")
    if last_day < today:
        return FieldProblem("last_day", "too_early", "最后一天不能早于今天。", "The last day lies in the past.")
    if last_day >= runs_until and how == "ended":
        return FieldProblem("last_day", "not_early", "它本来就到那天为止，不需要提前结束。", "It runs no longer than that anyway.")
    if last_day > runs_until:
        return FieldProblem("last_day", "not_early", "最后一天不能晚于委托期限。", "The last day lies after the term.")
    return None


def ends_on(last_day: date | None, today: date, valid_from: date) -> date:
    """The day to write down as the last one: for one that never began, the day before it would have."""
    return valid_from - timedelta(days=1) if valid_from > today or last_day is None else last_day
