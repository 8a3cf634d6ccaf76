"""What can go wrong with training."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class ScoreBeyondFullMark(WanggeError):
    """A score is below nothing or above the full mark."""

    code, status = "score_beyond_full_mark", 422
    zh = "成绩应在 0 分和满分之间，请核对。"
    en = "A score lies between 0 and the full mark; check it."


class ResultHasCertificate(WanggeError):
    """A certificate came of this result; it stays as it is."""

    code, status = "result_has_certificate", 409
    zh = "有 {count} 人已据此成绩发证，成绩不能再改。"
    en = "A certificate came of the result of {count} person(s); it cannot be changed."


class ExamNotHeld(WanggeError):
    """Scores of an exam that has not been held."""

    code, status = "exam_not_held", 422
    zh = "考试日期是 {on}，还没有到，不能登记成绩。"
    en = "The exam is on {on}; scores cannot be entered before."


constraint_means("ck_exam_results_score", ScoreBeyondFullMark)
