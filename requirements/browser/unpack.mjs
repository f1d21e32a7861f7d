// Unpack the browser and what it needs beside it into TMPDIR, and print its path.
import chromium from "@sparticuz/chromium";

console.log(await chromium.executablePath());
