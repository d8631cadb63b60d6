# shellcheck shell=bash
# kubernetes-validate, a Python program that brings the schemas of Kubernetes' API with it and works offline.
validator_version=1.37.0

# Installs it, in a folder of the build's, if it is not there. Fails if no Python here can.
need_validator() {
    local candidate
    for candidate in python3 /usr/bin/python3; do
        python=$candidate
        # What is compiled in it is for one version of Python.
        validator=${CARGO_TARGET_DIR:-$repository/target}/kubernetes-validate-$validator_version-$("$python" -c \
            'import sys; print(sys.implementation.cache_tag)') || continue
        validate --version >/dev/null 2>&1 || install_validator || continue
        say "kubernetes-validate $(validate --version), with $("$python" --version)"
        return
    done
    return 1
}

# Three times, for a registry may fail to answer. Only when it is complete does it get its name.
install_validator() {
    local try
    if ! "$python" -m pip --version; then
        say "no pip for $python; on Debian: apt-get install python3-pip"
        return 1
    fi
    for try in 1 2 3; do
        say "installing kubernetes-validate $validator_version, try $try"
        rm -rf "$validator" "$validator.new"
        # Neither the user's folder nor a virtual environment, whatever pip's settings say.
        PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 "$python" -m pip install --quiet --no-input --disable-pip-version-check \
            --root-user-action=ignore --only-binary :all: --target "$validator.new" "kubernetes-validate==$validator_version" &&
            mv "$validator.new" "$validator" && validate --version >/dev/null && return
        sleep "$try"
    done
    say "no luck with $python"
    return 1
}

# validate WORD...: what it says, and its status.
validate() { PYTHONPATH=$validator "$python" -m kubernetes_validate "$@" 2>&1; }

# is_valid WORD...: strictly, that is without fields that the schema does not have. What there is no schema for is only a warning to it,
# with status 0; not here.
is_valid() {
    local said status=0
    said=$(validate --strict "$@") || status=$?
    printf '%s\n' "$said"
    [ "$status" -eq 0 ] && ! grep --quiet '^WARN' <<<"$said"
}

# in_manifests PROGRAM WORD...: a Python program that may use what the validator does: YAML.
in_manifests() { PYTHONPATH=$validator "$python" "$@"; }
