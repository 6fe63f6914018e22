# Sourced by koine, check and installers/build, which set `root`: finds a JDK, compiles setup/*.java when they changed,
# and runs them with `setup COMMAND [ARGUMENT…]`. Plain POSIX shell.

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Sets `major` to the version of the JDK in folder $1, 0 when there is none (a run-time without javac is not enough).
jdk_major() {
    major=0
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    version=
    if [ -r "$1/release" ]; then
        while IFS= read -r line || [ -n "$line" ]; do
            case $line in JAVA_VERSION=*) version=${line#JAVA_VERSION=\"} ;; esac
        done <"$1/release"
    else
        version=$("$1/bin/javac" -version 2>&1) || return 0
        version=${version##*javac }
    fi
    version=${version%%[!0-9]*}
    major=${version:-0}
}

# Sets `jdk` to the folder of the first JDK that is new enough.
find_jdk() {
    if [ -n "${KOINE_JAVA_HOME:-}" ]; then
        jdk_major "$KOINE_JAVA_HOME"
        [ "$major" -ge 25 ] || die "KOINE_JAVA_HOME ($KOINE_JAVA_HOME) is not a JDK 25 or newer: set it to the folder of one, or unset it."
        jdk=$KOINE_JAVA_HOME
        return
    fi
    older=
    for jdk in "${JAVA_HOME:-}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME:-}"/.sdkman/candidates/java/*; do
        [ -n "$jdk" ] || continue
        jdk_major "$jdk"
        [ "$major" -lt 25 ] || return 0
        [ "$major" -eq 0 ] || older=$major
    done
    if command -v javac >/dev/null 2>&1 && command -v java >/dev/null 2>&1; then
        jdk=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
        jdk_major "$jdk"
        [ "$major" -lt 25 ] || return 0
        [ "$major" -eq 0 ] || older=$major
    fi
    found=${older:+only Java $older}
    die "Koine needs a JDK 25 or newer, and this computer has ${found:-none}: install one, or set KOINE_JAVA_HOME to its folder."
}

# Java reads file names and arguments by the locale's characters. With no locale, or one that is not installed here, a path or
# a question that is not plain English would break; the language wanted is handed on beside it.
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
    export KOINE_LANGUAGE="${KOINE_LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}" LC_ALL=C.UTF-8
fi

setup() {
    sum=$(cat "$root"/setup/*.java | cksum) || die "The folder $root/setup cannot be read."
    classes=$root/.build/setup/${sum%% *}-${sum##* }
    if [ ! -d "$classes" ]; then
        fresh=$root/.build/setup/new.$$
        mkdir -p "$root/.build/setup" 2>/dev/null || die "Koine cannot write to $root/.build: check the folder's permissions and free space."
        "$jdk/bin/javac" -proc:none -encoding UTF-8 -d "$fresh" "$root"/setup/*.java || die "setup/*.java does not compile: see the lines above."
        # When another start was faster, its classes are the same ones, and ours land inside its folder unused.
        mv "$fresh" "$classes" && rm -rf "$classes/new.$$"
    fi
    if [ -t 2 ]; then terminal=true; else terminal=false; fi
    "$jdk/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -cp "$classes" \
        "-Dkoine.root=$root" "-Dkoine.terminal=$terminal" koine.setup.Setup "$@"
}

# Whether nothing has changed since `setup run` last found all in order. Change times, since a copy can bring old stamps; a
# find that does not know them answers no, and so does any doubt. A folder that took another's place brings old times below
# it, but changes the folder that holds it.
unchanged() {
    [ -f "$root/.build/app/run.args" ] && [ -f "$root/.build/stamps/looked" ] && [ -f "$root/.build/stamps/found" ] || return 1
    [ "$(cat "$root/.build/stamps/found")" = "$jdk $root" ] || return 1
    set --
    for source in "$root/pom.xml" "$root/.mvn" "$root/setup" "$root"/*/pom.xml "$root"/*/src/main; do
        if [ -e "$source" ]; then set -- "$@" "$source"; fi
    done
    changed=$(find "$@" -cnewer "$root/.build/stamps/looked" 2>&1) && [ -z "$changed" ] || return 1
    set -- "$root"
    for source in "$root"/*/pom.xml; do
        set -- "$@" "${source%/pom.xml}"
        if [ -e "${source%/pom.xml}/src" ]; then set -- "$@" "${source%/pom.xml}/src"; fi
    done
    changed=$(find "$@" -prune -cnewer "$root/.build/stamps/looked" 2>&1) && [ -z "$changed" ] || return 1
    changed=$(find "$root/.build/app" "$root/.build/bundle" -cnewer "$root/.build/stamps/found" 2>&1)
    [ -z "$changed" ]
}

# Builds and fetches what is missing for running Koine.
setup_run() {
    if unchanged; then return 0; fi
    mkdir -p "$root/.build/stamps" 2>/dev/null || die "Koine cannot write to $root/.build: check the folder's permissions and free space."
    : >"$root/.build/stamps/looked.$$"
    setup run
    mv "$root/.build/stamps/looked.$$" "$root/.build/stamps/looked"
    printf '%s' "$jdk $root" >"$root/.build/stamps/found"
}

find_jdk
