@echo off
"%~dp0..\node\node.exe" "%~dp0..\engine\core\cli.ts" %*
