"""Hands on a keyboard: every control is reached with Tab from where the focus is, and used with the keys it answers to."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

# How many presses of Tab lie between the focus and a control. Of a group of radios Tab meets one: the one chosen, or
# the first.
AWAY = """control => {
  const stops = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')].filter(it => {
    if (it.disabled || it.tabIndex < 0 || !it.checkVisibility({visibilityProperty: true})) return false;
    if (it.type !== 'radio') return true;
    const group = [...document.getElementsByName(it.name)].filter(other => other.form === it.form);
    return it === (group.find(other => other.checked) ?? group[0]);
  });
  const wanted = stops.indexOf(control), at = stops.indexOf(document.activeElement);
  return wanted < 0 ? null : wanted > at ? wanted - at : wanted - at + stops.length + 1;
}"""
HERE = "control => document.activeElement === control"
STEPS_TO = """radio => {
  const group = [...document.getElementsByName(radio.name)].filter(it => it.form === radio.form && !it.disabled);
  return [Math.max(group.findIndex(it => it.checked), 0), group.indexOf(radio), group.some(it => it.checked)];
}"""
MOST_BESIDE = 12  # stops a browser makes of its own: things that scroll, the end of the page


class Keys:
    """The keyboard of somebody who has no mouse, on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, control: Locator) -> None:
        """Tab to a control. Errors: AssertionError when Tab does not lead there."""
        away = control.evaluate(AWAY)
        assert away is not None, f"no Tab leads to {control}"
        for _ in range(away):
            self.page.keyboard.press("Tab")
        for _ in range(MOST_BESIDE):
            if control.evaluate(HERE):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {control}")

    def press(self, button: Locator) -> None:
        """Press a button or follow a link."""
        self.reach(button)
        self.page.keyboard.press("Enter")

    def choose(self, radio: Locator) -> None:
        """Choose one of a group of radios with the arrows."""
        at, wanted, chosen = radio.evaluate(STEPS_TO)
        self.reach(
            radio.page.locator(f"xpath=//input[@type='radio' and @name='{radio.get_attribute('name')}']").nth(
                at
            )
        )
        if not chosen and wanted == at:
            self.page.keyboard.press("Space")
        for _ in range(abs(wanted - at)):
            self.page.keyboard.press("ArrowDown" if wanted > at else "ArrowUp")
        assert radio.is_checked()

    def write(self, field: Locator, text: str) -> None:
        """Write over what a field holds."""
        self.reach(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)
