# Which exceptions cover a finding now, from the data of `exledger export opa`.
#
# input: {"tool": "checkov", "id": "CKV_AWS_18", "resource": "bucket:logs", "path": "infra/main.tf", "package": "pkg:npm/a@1.0.0"}
# Only tool and id are required. A finding that a record limits further must state that: what is not stated is not covered.
package exledger

import rego.v1

default allow := false

allow if count(covering) > 0

covering contains id if {
	some id in data.exledger.v1.by_finding[lower(input.tool)][input.id]
	exception := data.exledger.v1.exceptions[id]
	in_force(exception)
	not withheld(exception)
	some finding in exception.scope.findings
	covers(exception, finding)
}

# An exception in the data is a grant only between these two instants.
in_force(exception) if {
	now := time.now_ns()
	exception.starts_ns <= now
	now < exception.not_after_ns
}

withheld(exception) if {
	some entry in exception.scope.not_waived_globs
	glob.match(entry, ["/"], lower(trim_space(input.resource)))
}

# Letters other than ASCII may be another spelling of what isn't waived, which this policy can't fold.
withheld(exception) if {
	exception.scope.not_waived_globs
	resource := trim_space(input.resource)
	not regex.match(`^[!-~]+( [!-~]+)*$`, resource)
}

# How often it was used is counted in receipts, which `exledger check` reads.
withheld(exception) if exception.uses

covers(exception, finding) if {
	finding.tool == lower(input.tool)
	finding.id == input.id
	not limited_further(finding)
	package_covered(finding)
	path_covered(finding)
	resource_covered(exception, finding)
}

# This policy doesn't compare weaknesses, severities, ranges of versions and accepted texts.
limited_further(finding) if {
	some key in ["cwe", "severity", "versions", "content"]
	finding[key]
}

package_covered(finding) if not finding.purl

package_covered(finding) if finding.purl == input.package

path_covered(finding) if not finding.paths

path_covered(finding) if matches(finding.paths, input.path)

resource_covered(_, finding) if matches(finding.resources, input.resource)

resource_covered(_, finding) if {
	not finding.resources
	not input.resource
}

resource_covered(exception, finding) if {
	not finding.resources
	matches(exception.scope.resources, input.resource)
}

matches(patterns, text) if {
	some pattern in patterns
	glob.match(pattern, ["/"], text)
}
