#!/bin/sh
# The image's bin/koine on Linux.
self=$0
while [ -L "$self" ]; do
    link=$(readlink "$self")
    case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
done

# Java reads file names and arguments by the locale's characters. With no locale, or one that is not installed here, a path or
# a question that is not plain English would break; the language wanted is handed on beside it.
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
    export KOINE_LANGUAGE="${KOINE_LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}" LC_ALL=C.UTF-8
fi
exec "${self%/*}/koine-app" "$@"
