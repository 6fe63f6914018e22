#!/bin/sh
# The image's bin/koine on Linux. Java reads file names and arguments by the locale; without one, a path or a question that
# is not plain English breaks.
self=$0
while [ -L "$self" ]; do
    link=$(readlink "$self")
    case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
done
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
C | POSIX)
    unset LC_ALL
    export LC_CTYPE=C.UTF-8
    ;;
esac
exec "${self%/*}/koine-app" "$@"
