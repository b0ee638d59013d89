#!/usr/bin/env python3
"""Writes a manual page (mdoc) from what a program says of itself: `manual.py PROGRAM SECTION > page`.

The one definition is the program's: its options and words come from `--experimental-dump-help`.
"""

import json
import os
import subprocess
import sys
import time


def main():
    program, section = sys.argv[1:]
    dump = json.loads(subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True).stdout)
    command = dump["command"]
    name = command["commandName"]
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
    lines = [
        ".Dd " + time.strftime("%B %-d, %Y", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))),
        f".Dt {name.upper()} {section}",
        f".Os {name} {version}",
        ".Sh NAME",
        f".Nm {name}",
        f".Nd {escape(command['abstract'].rstrip('.'))}",
        ".Sh SYNOPSIS",
        *synopsis(command, [name]),
        ".Sh DESCRIPTION",
        *prose(command.get("discussion", "")),
        *options(command),
    ]
    subcommands = [one for one in command.get("subcommands", []) if one["commandName"] != "help"]
    if subcommands:
        lines.append(".Sh COMMANDS")
    for one in subcommands:
        lines += [f".Ss {escape(one['commandName'])}", *synopsis(one, [name, one["commandName"]]), ".Pp",
                  escape(one["abstract"]), *prose(one.get("discussion", "")), *options(one)]
    other = {"carillond": "carillonctl 1", "carillonctl": "carillond 8"}[name]
    lines += [".Sh SEE ALSO", f".Xr {other}"]
    print("\n".join(lines))


def synopsis(command, names):
    """The names and the positional arguments; options in one word, there are many."""
    lines = [f".Nm {' '.join(names)}", ".Op Ar options"]
    if any(one["commandName"] != "help" for one in command.get("subcommands", [])):
        lines += [".Ar command", ".Op Ar argument ..."]
    for argument in shown(command):
        if argument["kind"] == "positional":
            word = argument["valueName"] + (" ..." if argument["isRepeating"] else "")
            lines.append(f".{'Op ' if argument['isOptional'] else ''}Ar {escape(word)}")
    return lines


def options(command):
    lines, title = [], None
    for argument in shown(command):
        if not lines:
            lines += [".Pp"]
        if argument.get("sectionTitle") != title:
            title = argument.get("sectionTitle")
            if title:
                lines += ([".El"] if in_list(lines) else []) + [".Pp", f".Sy {escape(title)}"]
        if not in_list(lines):
            lines.append(".Bl -tag -width Ds")
        lines.append(".It " + label(argument))
        lines.append(escape(argument.get("abstract", "")))
    return lines + ([".El"] if in_list(lines) else [])


def in_list(lines):
    """Whether a list is open."""
    return sum(line.startswith(".Bl") for line in lines) > lines.count(".El")


def label(argument):
    if argument["kind"] == "positional":
        return f"Ar {escape(argument['valueName'])}"
    names = [("-" if one["kind"] == "short" else "--") + one["name"] for one in argument.get("names", [])]
    text = " , ".join(f"Fl {escape(one[1:])}" for one in names)
    return text + (f" Ar {escape(argument['valueName'])}" if argument["kind"] == "option" else "")


def prose(text):
    """Paragraphs; indented lines are examples and stay as they are."""
    lines = []
    for paragraph in text.strip("\n").split("\n\n"):
        if not paragraph.strip():
            continue
        if paragraph.startswith("  "):
            lines += [".Bd -literal -offset indent", *[escape(line.strip()) for line in paragraph.split("\n")], ".Ed"]
        else:
            lines += [".Pp", escape(" ".join(paragraph.split()))]
    return lines


def shown(command):
    return [one for one in command.get("arguments", []) if one.get("shouldDisplay", True)]


def escape(text):
    """Text of roff: no escape, no request at the start of a line, hyphens that can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


if __name__ == "__main__":
    main()
