import json

from django.core.management.base import BaseCommand, CommandError

from caredesk import doctor

MARKS = {doctor.OK: "ok     ", doctor.WARNING: "warning", doctor.WRONG: "WRONG  "}


class Command(BaseCommand):
    help = (
        "Examine engines, migrations, the parts, clocks, what must always be so about tasks and offers, and what is no "
        "way to run in earnest; say what to do about each finding. Changes nothing. "
        "Exit status 1 if something is wrong; warnings alone are none."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--json",
            action="store_true",
            help="one JSON object a line: check, state (ok, warning, wrong), what, do, ids of the first rows",
        )

    def handle(self, **options):
        findings = doctor.examine()
        for finding in findings:
            self.stdout.write(json.dumps(finding.as_dict()) if options["json"] else told(finding))
        wrong = sum(finding.state == doctor.WRONG for finding in findings)
        if wrong:
            raise CommandError("1 thing is wrong." if wrong == 1 else f"{wrong} things are wrong.")
        if not options["json"]:
            self.stdout.write("Nothing is wrong.")


def told(finding):
    lines = [f"{MARKS[finding.state]} {finding.check}: {finding.what}"]
    if finding.ids:
        lines.append(f"        numbers: {', '.join(map(str, finding.ids))}")
    if finding.do:
        lines.append(f"        {finding.do}")
    return "\n".join(lines)
