"""What can go wrong in the register of people."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class PersonNotInState(WanggeError):
    """The step does not follow from where the person stands."""

    code, status = "person_not_in_state", 409
    zh = "此人目前的状态不能办理这一步，请刷新后再看。"
    en = "This step does not follow from the person's present state; refresh and look again."


class OwnNomination(WanggeError):
    """Nobody decides on herself."""

    code, status = "own_nomination", 403
    zh = "不能审批本人的推荐，请由其他人办理。"
    en = "Nobody decides on her own nomination; ask somebody else."


class EmployeeNumberTaken(WanggeError):
    """Another person has the number."""

    code, status = "employee_number_taken", 409
    zh = "这个工号已经有人使用，请核对。"
    en = "Somebody has this employee number already."


class IdNumberTaken(WanggeError):
    """The register holds the ID number already."""

    code, status = "id_number_taken", 409
    zh = "这个身份证号已在人员库中，不能重复登记。"
    en = "The register holds this ID number already."


class RoleDoesNotFitUnit(WanggeError):
    """The unit has no such role."""

    code, status = "role_does_not_fit_unit", 422
    zh = "这个机构没有这种岗位，请另选机构或岗位。"
    en = "This unit has no such role; choose another."


class AppointedAlready(WanggeError):
    """The person holds an appointment in that time already."""

    code, status = "appointed_already", 409
    zh = "此人在这段时间里已有任职。调岗请先办理交接，再任新职。"
    en = "This person holds an appointment in that time already. To change post, hand over first."


constraint_means("uq_people_employee_no", EmployeeNumberTaken)
constraint_means("uq_people_private_id_number", IdNumberTaken)
constraint_means("role_fits_unit", RoleDoesNotFitUnit)
constraint_means("one_appointment_at_a_time", AppointedAlready)
