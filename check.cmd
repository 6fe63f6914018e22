@echo off
rem Runs every test. "check --long" adds the slow ones; any other argument goes to Maven.
setlocal
for %%r in ("%~dp0.") do set "KOINE_ROOT=%%~fr"
call "%KOINE_ROOT%\setup\java.cmd" check %*
exit /b %errorlevel%
