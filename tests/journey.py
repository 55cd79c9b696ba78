"""The steps of the loop as a person takes them in a browser; tests tell stories with them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import call_command
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories import PASSWORD

# A machine that does other work besides is slow; what is broken fails all the same, only later.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

WORK = """\
Ayer hablé con la panadera durante diez minutos. Primero le pregunté cómo se hace el pan de
centeno, porque mi vecina lo compra cada sábado. Ella me explicó que la masa descansa una noche.
Después no entendí la palabra *levadura*, así que le dije «lo que hace crecer el pan». Nos reímos
las dos. Al final compré dos panes y le conté que vivo en el tercer piso con mi gato.

- Aprendí **levadura** y **horno**, por ejemplo: «el horno está caliente».
- La próxima vez preguntaré por su familia, porque esta vez hablé demasiado de mí.
"""


def run_worker() -> None:
    """Do all tasks that wait, as the worker would."""
    call_command("db_worker", batch=True, interval=0.1, startup_delay=False, verbosity=0)


def eventually(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait until the server has it so; fails after our patience."""
    for _ in range(PATIENCE // 100):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It never became so.")


@contextmanager
def person(browser: Browser, base_url: str, *, javascript: bool = True) -> Iterator[Page]:
    """A browser of one's own, which fails the test on any error in its console."""
    context: BrowserContext = browser.new_context(
        base_url=base_url, java_script_enabled=javascript, locale="en-GB"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda line: (
            errors.append(line.text)
            if line.type == "error" and "Content Security Policy" in line.text
            else None
        ),
    )
    page.set_default_timeout(PATIENCE)
    try:
        yield page
    finally:
        context.close()
    assert errors == []


def sign_up(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("What should we call you?").fill(name)
    page.get_by_label("Email").fill(f"{name.lower()}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{name.lower()}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()


def set_goal(page: Page, title: str) -> None:
    page.goto("/goals/")
    page.get_by_role("link", name="New goal").click()
    page.get_by_label("What do you want to be able to do?").fill(title)
    page.get_by_role("combobox", name="Field").select_option("languages")
    page.get_by_role("button", name="Set the goal").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def ask_for_plan(page: Page) -> None:
    page.get_by_role("link", name="Ask the coach for a plan").click()
    page.get_by_label("hours a week").fill("4")
    page.get_by_role("button", name="Make a plan").click()


def review(page: Page, *, level: str = "Good", words: str, told: str) -> None:
    """Take the next work from the queue, score all criteria, send the review, and be told so."""
    page.goto("/reviews/")
    page.get_by_role("button", name="Review next").click()
    expect(page.get_by_text("This browser holds a newer text")).to_be_hidden()
    for group in page.locator("[data-autosave] fieldset").all():
        group.get_by_role("radio", name=level, exact=True).check()
    page.get_by_label("All in all").fill(words)
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_text(f"Sent. {told}")).to_be_visible()
