"""What a line of a log shows, and what looks like it."""

from tests.kb_findings.recorded import Case, call, console, debug_log, fails, holds, near_miss, sign_in

NOT_DONE = "Error: Initialisation not done. Did you forget to call the SuperTokens.init or Session.init function?"
NO_INSTANCE = "Error: No instance of Session found. Make sure to call the Session.init method."
MISSING = "Error: Initialisation not done. Did you forget to call the UserRoles.init function?"


def said(finding: str, line: str) -> list[Case]:
    return [holds(finding, ("a.log", f"{line}\n")), near_miss(finding, ("a.log", "2026-11-30T07:00:00Z INFO ready\n"))]


CASES = [
    *said(
        "console-says-front-token-missing",
        "The 'front-token' header is missing from a successful refresh-session response. The most likely causes are ...",
    ),
    *said(
        "console-says-local-session-state-failed",
        "Failed to retrieve local session state from cookies after a successful session refresh.",
    ),
    *said(
        "xhr-state-error",
        "Failed to execute 'setRequestHeader' on 'XMLHttpRequest': The object's state must be OPENED.",
    ),
    *said("prebuilt-ui-error-in-console", "Factor list not set but PreBuiltUI not added for emailverification"),
    *said(
        "redirected-to-wrong-path", "Error: basePath has to be a prefix of websiteBasePath passed to SuperTokens.init"
    ),
    *said("core-not-reachable", "Error: No SuperTokens core available to query"),
    *said("refused-on-ipv6-loopback", "Error: connect ECONNREFUSED ::1:3567"),
    fails("refused-on-ipv6-loopback", debug_log("Error: connect ECONNREFUSED 127.0.0.1:3567")),
    *said("core-log-names-missing-column", 'org.postgresql.util.PSQLException: ERROR: column "app_id" does not exist'),
    *said(
        "listener-argument-error",
        'TypeError: The "listener" argument must be of type function. Received an instance of Object',
    ),
    *said("not-initialised-error", NO_INSTANCE),
    holds("not-initialised-error", sign_in(), call("GET /roles", 500, received=f"<pre>{NOT_DONE}</pre>")),
    *said("error-says-initialisation-not-done", NOT_DONE),
    holds("error-says-initialisation-not-done", sign_in(), call("GET /roles", 500, received=f"<pre>{NOT_DONE}</pre>")),
    fails("error-says-initialisation-not-done", console(NO_INSTANCE)),
    holds("init-error-in-browser-console", console(f"Uncaught (in promise) {NO_INSTANCE}")),
    near_miss("init-error-in-browser-console", ("api.log", f"2026-11-30T07:46:49.351Z com.supertokens {NOT_DONE}\n")),
    *said("recipe-missing-from-recipe-list", MISSING),
    holds("recipe-missing-from-recipe-list", sign_in(), call("GET /roles", 500, received=f"<pre>{MISSING}</pre>")),
    *said(
        "request-made-by-server",
        "If you are trying to use this method doing server-side-rendering, please make sure you move this method inside",
    ),
    holds(
        "request-made-by-server",
        ("access.log", '10.0.0.7 - - [30/Nov/2026:07:00:01 +0000] "GET /me HTTP/1.1" 401 27 "-" "node"\n'),
    ),
    near_miss(
        "request-made-by-server",
        ("access.log", '10.0.0.7 - - [30/Nov/2026:07:00:01 +0000] "GET /me HTTP/1.1" 401 27 "-" "Mozilla/5.0 (X11)"\n'),
    ),
    fails(
        "middleware-logs-nothing",
        ("api.log", 'com.supertokens {t: "2026-11-30T07:00:00Z", message: "middleware: Started"}\n'),
    ),
    fails(
        "sdk-route-answers-404",
        (
            "api.log",
            'com.supertokens {t: "2026-11-30T07:00:00Z", message: "middleware: Request being handled by recipe. ID is: /signin"}\n',
        ),
    ),
]
