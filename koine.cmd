@echo off
rem Starts Koine, after building and fetching what is missing; all of that lies in .build\ beside this file.
setlocal
for %%r in ("%~dp0.") do set "KOINE_ROOT=%%~fr"
call "%KOINE_ROOT%\setup\java.cmd" run || exit /b
"%KOINE_JDK%\bin\java" "@%KOINE_ROOT%\.build\app\run.args" koine.ui.Launcher %*
exit /b %errorlevel%
