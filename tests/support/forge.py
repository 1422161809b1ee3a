"""Stands for `gh` and `glab`: answers from the files below $FORGE/api, and keeps what is sent.

$FORGE/calls has a line of JSON for each call. $FORGE/refuse has lines `METHOD PATH STATUS TIMES`: the calls that fail, the
status that the forge gives (0: it gives none; `nonsense`: it answers with a page, `empty`: with nothing), and how often
(-1: always).
"""
import json
import os
import sys

forge = os.environ["FORGE"]
program = os.path.basename(sys.argv[0])
arguments = sys.argv[1:]


def place(*names):
    return os.path.join(forge, *names)


def end(status):
    print(f"{program}: refused (HTTP {status})" if status != "0" else f"{program}: no route to host", file=sys.stderr)
    sys.exit(1)


def refused(method, path):
    """Counts down the first line about this call, and returns its status."""
    if not os.path.exists(place("refuse")):
        return None
    lines = open(place("refuse")).read().splitlines()
    for at, line in enumerate(lines):
        of, where, status, times = line.split()
        if (of, where) == (method, path) and times != "0":
            lines[at] = f"{of} {where} {status} {int(times) - 1}"
            open(place("refuse"), "w").write("\n".join(lines) + "\n")
            return status
    return None


def api(path):
    return place("api", path.split("?")[0] + ".json")


def read(path):
    if not os.path.exists(api(path)):
        end("404")
    return open(api(path), "rb").read()


def keep(path, value):
    os.makedirs(os.path.dirname(api(path)), exist_ok=True)
    json.dump(value, open(api(path), "w"))


def listed(path):
    return json.load(open(api(path))) if os.path.exists(api(path)) else []


flags, words, rest = {}, [], list(arguments)
while rest:
    word = rest.pop(0)
    if word == "--paginate":
        continue
    if word.startswith("--"):
        flags[word] = rest.pop(0)
    else:
        words.append(word)
sent = sys.stdin.read()
if words[0] == "secret":
    method, path = "SECRET", words[2]
else:
    method, path = flags.get("--method", "GET"), words[1]
with open(place("calls"), "a") as calls:
    calls.write(json.dumps({"program": program, "method": method, "path": path, "flags": flags, "sent": sent}) + "\n")
status = refused(method, path.split("?")[0])
if status in ("nonsense", "empty"):
    print("<html>down for maintenance</html>" if status == "nonsense" else "", end="")
    sys.exit(0)
if status:
    end(status)
number = 101 + (len(open(place("made")).read()) if os.path.exists(place("made")) else 0)
body = json.loads(sent) if sent and method != "SECRET" else {}
own = {"id": number, "number": number, "iid": number}
own |= {"user": {"login": "github-actions[bot]"}} if program == "gh" else {"author": {"username": "project_1_bot"}}
if path == "graphql":
    print('{"data": {"viewer": {"login": "github-actions[bot]"}}}')
elif method == "GET":
    sys.stdout.buffer.write(read(path))
elif method == "SECRET":
    open(place("secret"), "w").write(sent)
elif method == "DELETE":
    before, key = path.rsplit("/", 1)
    policies = json.loads(read(before))
    policies["branch_policies"] = [it for it in policies["branch_policies"] if str(it["id"]) != key]
    keep(before, policies)
elif path.endswith("/deployment-branch-policies"):
    policies = json.loads(read(path))
    open(place("made"), "a").write("1")
    policies["branch_policies"].append({"id": number, **body})
    keep(path, policies)
elif method == "POST" and path.endswith(("/comments", "/issues", "/notes", "/rulesets")):
    open(place("made"), "a").write("1")
    keep(path, listed(path) + [own | {"state": "open"} | body])
elif method in ("PATCH", "PUT") and path.rsplit("/", 1)[1].isdigit():
    folder, key = path.rsplit("/", 1)
    found = [folder]
    if folder.endswith("/issues/comments"):
        top = place("api", folder[: -len("/comments")])
        found = [f"{folder[:-9]}/{name}/comments" for name in os.listdir(top)]
    for folder in found:
        keep(folder, [it | body if str(it["id"]) == key else it for it in listed(folder)])
else:
    keep(path, body)
