"""What the account side refuses (contract/accounts.md 1.2, 1.4, 2)."""

from brokerage.errors import (
    Conflict,
    InvalidInput,
    InvalidParameter,
    Malformed,
    NotAuthorized,
    NotFound,
    StateConflict,
    Unprocessable,
)


class AccountNotFound(NotFound):
    """No such account for this actor: it does not exist, or is another correspondent's."""

    reason = "account_not_found"
    message = "account not found"


class AccountNotAuthorized(NotAuthorized):
    """The same, where the wire says so with 401 (contract/accounts.md 1.2)."""

    reason = "account_not_authorized"


class AccountInputInvalid(InvalidInput):
    """Values of an application or of changes to it break the validations of contract 2.1.7."""

    reason = "account_input_invalid"

    def __str__(self) -> str:
        """Say each fault with its field, once: published sentences name theirs themselves."""
        return "; ".join(
            said if said.startswith(field.rsplit(".", 1)[-1]) else f"{field}: {said}"
            for field, sentences in self.errors.items()
            for said in sentences
        )


class AccountBodyMalformed(Malformed):
    """An object or array was expected and something else was sent."""

    reason = "account_body_malformed"


class PrimaryHolderImmutable(Malformed):
    """An account stays under the primary holder that it was opened under (contract 2.5)."""

    reason = "primary_holder_immutable"
    message = "request body format is invalid: primary_account_holder_id cannot be changed"


class PrimaryHolderHasSections(Malformed):
    """Another account of the same holder takes contact and identity from the first (contract 2.1)."""

    reason = "primary_holder_has_sections"
    message = "request body format is invalid: contact and identity are left out with primary_account_holder_id"


class PrimaryHolderNotFound(InvalidParameter):
    """No account of this correspondent can be the primary holder's."""

    reason = "primary_holder_not_found"
    message = "primary_account_holder_id: account {account_id} not found"
    field = "primary_account_holder_id"


class EmailTaken(Conflict):
    """Another account of this correspondent is registered under the e-mail address."""

    reason = "email_taken"
    message = "an account with email_address {email_address} is already registered"
    field = "contact.email_address"


class FixturesNotOffered(Unprocessable):
    """Fixtures exist in the sandbox only (AA-23)."""

    reason = "account_fixtures_not_offered"
    message = "fixtures are offered in the sandbox only"
    field = "additional_information"


class UnknownStatusFixture(InvalidParameter):
    """The fixture names a status that an account cannot be opened in."""

    reason = "unknown_status_fixture"
    message = "additional_information: {status} is not a status that a fixture can set, use one of {statuses}"
    field = "additional_information"


class AccountClosed(StateConflict):
    """A closed account is a record: it is kept, not changed (RK-13)."""

    reason = "account_closed"
    message = "account {account_number} is closed and cannot be changed"


class FirmAccountHasNoHolder(StateConflict):
    """A firm account belongs to the correspondent: there is no person on file to change."""

    reason = "firm_account_has_no_holder"
    message = "account {account_number} is the firm's own and has no holder to change"


class IllegalStatusChange(StateConflict):
    """The table of account states does not have this move."""

    reason = "illegal_account_status_change"
    message = "an account cannot go from {status_from} to {status_to}"


class CorrespondentNotFound(NotFound):
    """No correspondent has this code."""

    reason = "correspondent_not_found"
    message = "correspondent {code} not found"
    field = "correspondent"


class CorrespondentCodeTaken(Conflict):
    """Another correspondent has this code."""

    reason = "correspondent_code_taken"
    message = "correspondent code {code} is already taken"
    field = "code"


class CorrespondentCodeInvalid(InvalidParameter):
    """A code is one to four capital letters or digits (contract 1.2)."""

    reason = "correspondent_code_invalid"
    message = "a correspondent code is 1 to 4 capital letters or digits, found {code}"
    field = "code"


class CorrespondentNameInvalid(InvalidParameter):
    """A correspondent has a name."""

    reason = "correspondent_name_invalid"
    message = "a correspondent needs a name of 1 to 120 characters"
    field = "name"


class StaffEmailInvalid(InvalidParameter):
    """Staff sign in with an e-mail address."""

    reason = "staff_email_invalid"
    message = "{email} is not an e-mail address"
    field = "email"


class StaffEmailTaken(Conflict):
    """Another user signs in with this address."""

    reason = "staff_email_taken"
    message = "a user with the e-mail address {email} already exists"
    field = "email"


class StaffRoleUnknown(InvalidParameter):
    """The role is not one of staff."""

    reason = "staff_role_unknown"
    message = "{role} is not a role of staff, use one of {roles}"
    field = "role"


class LastFactorNeeded(StateConflict):
    """Principals, compliance and administrators may not be without a second factor."""

    reason = "last_factor_needed"
    message = "your role needs a second factor: add another one before you remove this one"


class StaffNotFound(NotFound):
    """No such member of staff for this actor."""

    reason = "staff_not_found"
    message = "staff member not found"


class StaffNameInvalid(InvalidParameter):
    """A person has a name."""

    reason = "staff_name_invalid"
    message = "a name has 1 to 120 characters"
    field = "name"


class OwnAccessImmutable(StateConflict):
    """Nobody changes their own role or locks themselves out: another administrator does."""

    reason = "own_access_immutable"
    message = "nobody can change their own role or access: ask another administrator"


class LastAdministrator(StateConflict):
    """A firm without an administrator could not let anybody in again."""

    reason = "last_administrator"
    message = "{name} is the last active administrator here: make somebody else one first"


class ReasonNeeded(InvalidParameter):
    """What weakens somebody's access is done for a reason that is kept."""

    reason = "reason_needed"
    message = "say why, in 3 to 1,000 characters"
    field = "reason"


class NoSecondFactor(StateConflict):
    """There is nothing to reset."""

    reason = "no_second_factor"
    message = "{name} has no second factor"


class HolderEmailTaken(Conflict):
    """The registered address belongs to somebody who is not this correspondent's customer."""

    reason = "holder_email_taken"
    message = "{email} already belongs to somebody else who signs in: change the registered e-mail address first"


class HolderEmailMissing(StateConflict):
    """An invitation goes to the registered e-mail address."""

    reason = "holder_email_missing"
    message = "account {account_number} has no e-mail address that an invitation can go to"


class FirmAccountHasNoCustomer(StateConflict):
    """A firm account is worked on by staff."""

    reason = "firm_account_has_no_customer"
    message = "account {account_number} is the firm's own: nobody can be invited to it"


class PasswordTooWeak(InvalidParameter):
    """The password breaks the installation's rules for passwords."""

    reason = "password_too_weak"
    message = "{detail}"
    field = "password"


class FilterNotFound(NotFound):
    """No such filter of one's own: a colleague's can be used, not changed."""

    reason = "filter_not_found"
    message = "filter not found"


class FilterNameInvalid(InvalidParameter):
    """A filter is kept under a name that can be read in a menu."""

    reason = "filter_name_invalid"
    message = "a filter needs a name of 1 to 60 characters, found {found}"
    field = "name"


class FilterNameTaken(Conflict):
    """One has another filter under this name."""

    reason = "filter_name_taken"
    message = "you have another filter named {name}"
    field = "name"


class ChangedMeanwhile(Conflict):
    """What is to be changed is no longer what the person looked at when they began."""

    reason = "changed_meanwhile"
    message = "somebody changed this while you were editing: look at what is on file now, then save again"
