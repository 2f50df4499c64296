"""Who may come through which door. A route that is not here fails the build (ASVS 8.2.1).

ANYONE: no account needed (links and ids are checked by the page itself). Else: the roles that may come in;
everybody else is led to sign-in, or told that the page is not open to them. All but the first few doors
lie below a language: `/case/{number}` stands for `/{lang}/case/{number}`.
"""

from __future__ import annotations

ANYONE = frozenset({"anyone"})
PLANNER = frozenset({"planner"})
GOVERNMENT = frozenset({"government"})
COMMITTEE = frozenset({"committee"})
ADMINISTRATOR = frozenset({"administrator"})

OUTSIDE_LANGUAGES = {
    "GET /", "GET /health", "GET /health/live", "GET /health/ready", "GET /metrics", "GET /ready",
    "GET /static/{file_path}",
}  # fmt: skip

DOORS: list[tuple[frozenset[str], str]] = [
    # the front door
    (ANYONE, "GET /accessibility"),
    (ANYONE, "GET /sign-in"),
    (ANYONE, "POST /sign-in"),
    (ANYONE, "GET /sign-in/{token}"),
    (ANYONE, "POST /sign-in/{token}"),
    (ANYONE, "POST /sign-out"),
    (ANYONE, "GET /{rest}"),
    # the public
    (ANYONE, "GET "),
    (ANYONE, "GET /calendar.ics"),
    (ANYONE, "GET /feed.atom"),
    (ANYONE, "GET /case/{number}"),
    (ANYONE, "GET /case/{number}/calendar.ics"),
    (ANYONE, "GET /case/{number}/diagram.bpmn"),
    (ANYONE, "GET /case/{number}/document/{document_id}"),
    (ANYONE, "GET /case/{number}/easy"),
    (ANYONE, "GET /case/{number}/feed.atom"),
    (ANYONE, "GET /case/{number}/opinion"),
    (ANYONE, "POST /case/{number}/opinion"),
    (ANYONE, "GET /case/{number}/receipt/{key}"),
    (ANYONE, "GET /confirm/{token}"),
    (ANYONE, "POST /confirm/{token}"),
    (ANYONE, "POST /confirm/{token}/change"),
    (ANYONE, "POST /confirm/{token}/withdraw"),
    # the invited
    (ANYONE, "GET /i/{token}"),
    (ANYONE, "POST /i/{token}"),
    (ANYONE, "GET /i/{token}/calendar.ics"),
    (ANYONE, "POST /i/{token}/forward"),
    (ANYONE, "POST /i/{token}/not-us"),
    (ANYONE, "POST /i/{token}/opened"),
    (ANYONE, "POST /i/{token}/withdraw"),
    # whoever has tasks
    (PLANNER | GOVERNMENT | COMMITTEE, "GET /desk"),
    (PLANNER | GOVERNMENT | COMMITTEE, "GET /task/{wait_id}"),
    (PLANNER | GOVERNMENT | COMMITTEE, "POST /task/{wait_id}"),
    # the planner's rooms of a case
    (PLANNER, "GET /cases/{number}/participants"),
    (PLANNER, "GET /cases/{number}/participants/add"),
    (PLANNER, "POST /cases/{number}/participants/add"),
    (PLANNER, "GET /cases/{number}/participants/letter/{organisation_id}"),
    (PLANNER, "GET /cases/{number}/participants/letter/{organisation_id}/body"),
    (PLANNER, "POST /cases/{number}/participants/needs/{need_id}"),
    (PLANNER, "GET /cases/{number}/participants/progress"),
    (PLANNER, "POST /cases/{number}/participants/send"),
    (PLANNER, "GET /cases/{number}/participants/{invitation_id}"),
    (PLANNER, "POST /cases/{number}/participants/{invitation_id}/reached"),
    (PLANNER, "POST /cases/{number}/participants/{invitation_id}/renew"),
    (PLANNER, "POST /cases/{number}/participants/{invitation_id}/uninvite"),
    (PLANNER, "GET /cases/{number}/opinions"),
    (PLANNER, "GET /cases/{number}/opinions/record"),
    (PLANNER, "POST /cases/{number}/opinions/record"),
    (PLANNER, "GET /cases/{number}/opinions/{feedback_id}"),
    (PLANNER, "GET /cases/{number}/opinions/{feedback_id}/file/{file_id}"),
    (PLANNER, "POST /cases/{number}/opinions/{feedback_id}/late"),
    (PLANNER, "POST /cases/{number}/opinions/{feedback_id}/publish"),
    (PLANNER, "POST /cases/{number}/opinions/{feedback_id}/theme"),
    (PLANNER, "POST /cases/{number}/opinions/{feedback_id}/unpublish"),
    (PLANNER, "GET /cases/{number}/answers"),
    (PLANNER, "POST /cases/{number}/answers/close"),
    (PLANNER, "GET /cases/{number}/answers/{feedback_id}"),
    (PLANNER, "POST /cases/{number}/answers/{feedback_id}"),
    (PLANNER, "GET /cases/{number}/approvals"),
    (PLANNER, "POST /cases/{number}/approvals/close"),
    (PLANNER, "POST /cases/{number}/approvals/send"),
    (PLANNER, "POST /cases/{number}/approvals/{approval_id}/answer"),
    (PLANNER, "POST /cases/{number}/approvals/{approval_id}/extend"),
    (PLANNER, "GET /cases/{number}/meetings"),
    (PLANNER, "GET /cases/{number}/meetings/{meeting_id}"),
    (PLANNER, "POST /cases/{number}/meetings/{meeting_id}/cancel"),
    (PLANNER, "GET /cases/{number}/meetings/{meeting_id}/door"),
    (PLANNER, "POST /cases/{number}/meetings/{meeting_id}/move"),
    (PLANNER, "GET /cases/{number}/letters"),
    (PLANNER, "GET /cases/{number}/letters/writing"),
    (PLANNER, "POST /cases/{number}/letters/writing/{mailing_id}/pause"),
    (PLANNER, "POST /cases/{number}/letters/writing/{mailing_id}/resume"),
    (PLANNER, "GET /cases/{number}/letters/{letter_id}"),
    (PLANNER, "POST /cases/{number}/letters/{letter_id}/again"),
    (PLANNER, "GET /cases/{number}/letters/{letter_id}/body"),
    # the committee
    (PLANNER | GOVERNMENT | COMMITTEE, "GET /summary/{summary_id}"),
    (COMMITTEE, "GET /summary/{summary_id}/treatment"),
    (COMMITTEE, "POST /summary/{summary_id}/treatment"),
    (PLANNER, "GET /session/{wait_id}"),
    (PLANNER, "POST /session/{wait_id}"),
    # the cases and their workbench
    (PLANNER | GOVERNMENT | ADMINISTRATOR, "GET /cases"),
    (PLANNER | GOVERNMENT | ADMINISTRATOR, "GET /cases/{number}"),
    (PLANNER | GOVERNMENT | ADMINISTRATOR, "GET /cases/{number}/diagram.bpmn"),
    (PLANNER, "POST /cases/{number}/cancel"),
    (PLANNER, "GET /cases/{number}/documents"),
    (PLANNER, "POST /cases/{number}/documents"),
    (PLANNER, "GET /cases/{number}/documents/{document_id}"),
    (PLANNER, "POST /cases/{number}/documents/{document_id}/publish"),
    (PLANNER, "POST /cases/{number}/documents/{document_id}/remove"),
    (PLANNER, "POST /cases/{number}/interrupt"),
    (PLANNER, "POST /cases/{number}/move"),
    # beginning a consultation
    (PLANNER, "GET /launch"),
    (PLANNER, "POST /launch"),
    (PLANNER, "GET /cases/{number}/matter"),
    (PLANNER, "POST /cases/{number}/matter"),
    (PLANNER, "GET /cases/{number}/plan"),
    (PLANNER, "POST /cases/{number}/plan"),
    (PLANNER, "GET /cases/{number}/whom"),
    (PLANNER, "POST /cases/{number}/whom"),
    (PLANNER, "POST /cases/{number}/whom/add"),
    (PLANNER, "GET /cases/{number}/papers"),
    (PLANNER, "POST /cases/{number}/papers"),
    (PLANNER, "GET /cases/{number}/papers/{document_id}"),
    (PLANNER, "POST /cases/{number}/papers/{document_id}/remove"),
    (PLANNER, "GET /cases/{number}/letters-preview"),
    (PLANNER, "GET /cases/{number}/letters-preview/{organisation_id}"),
    (PLANNER, "GET /cases/{number}/letters-preview/{organisation_id}/body"),
    (PLANNER, "GET /cases/{number}/begin"),
    (PLANNER, "POST /cases/{number}/begin"),
    (PLANNER, "GET /cases/{number}/discard"),
    (PLANNER, "POST /cases/{number}/discard"),
    (PLANNER | ADMINISTRATOR, "GET /cases/{number}/incidents"),
    (PLANNER | ADMINISTRATOR, "GET /cases/{number}/incidents/{incident_id}"),
    (PLANNER | ADMINISTRATOR, "POST /cases/{number}/incidents/{incident_id}/again"),
    (PLANNER | ADMINISTRATOR, "POST /cases/{number}/incidents/{incident_id}/aside"),
    (PLANNER, "POST /cases/{number}/incidents/{incident_id}/cancel"),
    (PLANNER | ADMINISTRATOR, "POST /cases/{number}/incidents/{incident_id}/skip"),
    # versions of procedures
    (PLANNER | ADMINISTRATOR, "GET /moving"),
    (PLANNER | ADMINISTRATOR, "GET /moving/{key}"),
    (PLANNER | ADMINISTRATOR, "POST /moving/{key}/apply"),
    (PLANNER | ADMINISTRATOR, "POST /moving/{key}/back"),
    (PLANNER | ADMINISTRATOR, "POST /moving/{key}/take-over"),
    # mail that came in
    (PLANNER, "GET /mails"),
    (PLANNER, "GET /mails/{mail_id}"),
    (PLANNER, "GET /mails/{mail_id}/download"),
    (PLANNER, "POST /mails/{mail_id}/aside"),
    (PLANNER, "POST /mails/{mail_id}/confirm"),
    (PLANNER, "POST /mails/{mail_id}/count"),
    (PLANNER, "POST /mails/{mail_id}/register"),
    # the demonstration; 404 elsewhere
    (ANYONE, "POST /postbox/{key}/answer"),
    (ANYONE, "GET /postbox"),
    (ANYONE, "GET /postbox/{key}"),
    (ANYONE, "GET /postbox/{key}/body"),
    (ANYONE, "GET /postbox/{key}/calendar"),
    (ANYONE, "POST /demo/next"),
    (ANYONE, "POST /demo/day"),
    (ANYONE, "POST /demo/role"),
]

MATRIX: dict[str, frozenset[str]] = dict.fromkeys(OUTSIDE_LANGUAGES, ANYONE) | {
    door.replace(" ", " /{lang}", 1): who for who, door in DOORS
}
