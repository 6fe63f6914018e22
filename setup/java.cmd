@echo off
rem Called by koine.cmd, check.cmd and installers\build.cmd: finds a JDK, compiles setup\*.java when they changed, and runs
rem them. The twin of java.sh. Sets KOINE_JDK for the caller.
set "KOINE_JDK="
if defined KOINE_JAVA_HOME (
    call :consider "%KOINE_JAVA_HOME%"
    if not defined KOINE_JDK (
        echo KOINE_JAVA_HOME ^(%KOINE_JAVA_HOME%^) is not a JDK 25 or newer: set it to the folder of one, or unset it. 1>&2
        exit /b 1
    )
)
if not defined KOINE_JDK if defined JAVA_HOME call :consider "%JAVA_HOME%"
if not defined KOINE_JDK for /d %%j in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\jdk*" "%ProgramFiles%\Zulu\*") do if not defined KOINE_JDK call :consider "%%~j"
if not defined KOINE_JDK for %%j in (javac.exe) do if not "%%~$PATH:j"=="" call :consider "%%~dp$PATH:j.."
if not defined KOINE_JDK (
    echo Koine needs a JDK 25 or newer, and this computer has none: install one, or set KOINE_JAVA_HOME to its folder. 1>&2
    exit /b 1
)

set "KOINE_CLASSES=%KOINE_ROOT%\.build\setup\classes"
set "KOINE_SOURCES=%KOINE_ROOT%\.build\setup\sources.txt"
if not exist "%KOINE_ROOT%\.build\setup" mkdir "%KOINE_ROOT%\.build\setup" || exit /b 1
copy /b "%KOINE_ROOT%\setup\*.java" "%KOINE_SOURCES%.new" >nul || exit /b 1
fc /b "%KOINE_SOURCES%.new" "%KOINE_SOURCES%" >nul 2>nul
if errorlevel 1 (
    if exist "%KOINE_CLASSES%" rmdir /s /q "%KOINE_CLASSES%"
    "%KOINE_JDK%\bin\javac" -proc:none -encoding UTF-8 -d "%KOINE_CLASSES%" "%KOINE_ROOT%\setup\*.java" || exit /b 1
    move /y "%KOINE_SOURCES%.new" "%KOINE_SOURCES%" >nul
)
"%KOINE_JDK%\bin\java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "%KOINE_CLASSES%" "-Dkoine.root=%KOINE_ROOT%" koine.setup.Setup %*
exit /b %errorlevel%

:consider
if not exist "%~1\bin\javac.exe" exit /b 0
set "KOINE_VERSION=0"
for /f "tokens=2 delims==." %%v in ('findstr /b "JAVA_VERSION=" "%~1\release"') do set "KOINE_VERSION=%%~v"
set "KOINE_VERSION=%KOINE_VERSION:"=%"
if %KOINE_VERSION% geq 25 set "KOINE_JDK=%~1"
exit /b 0
