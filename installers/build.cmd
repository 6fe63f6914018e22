@echo off
rem Makes .build\image\Koine, a folder that runs on a machine with no Java and no network.
setlocal
for %%r in ("%~dp0..") do set "KOINE_ROOT=%%~fr"
call "%KOINE_ROOT%\setup\java.cmd" image
exit /b %errorlevel%
