package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** llama.cpp's source of the native pack's release, as the npm package of the pack's makers carries it: a git bundle. */
record LlamaSource(Checkout checkout, Pins pins) {
    /**
     * Fetches it and takes out the given folders.
     *
     * @param what what a person calls it
     * @param scratch an empty folder, for the caller to delete
     * @return the folder they are in
     */
    Path fetch(String what, Path scratch, String... folders) throws IOException, InterruptedException, Trouble {
        Path archive = new Download(checkout)
                .npm(
                        what,
                        pins.get("testkit.package") + "@" + pins.get("testkit.version"),
                        pins.bytes("testkit.bytes"),
                        pins.get("testkit.sha512"),
                        scratch);
        String bundle = "package/llama/gitRelease.bundle";
        Unpack.tgz(archive, scratch, bundle::equals);
        Path clone = scratch.resolve("clone");
        git(scratch, "clone", "--quiet", "--no-checkout", scratch.resolve(bundle), clone);
        List<String> command = new ArrayList<>(List.of("checkout", "--quiet", "HEAD", "--"));
        command.addAll(List.of(folders));
        git(clone, command.toArray());
        return clone;
    }

    private void git(Path folder, Object... arguments) throws IOException, InterruptedException, Trouble {
        Path log = checkout.log("git");
        int code = new Tool(Tool.need("git"), folder)
                .with("-c", "core.autocrlf=false", "-c", "advice.detachedHead=false")
                .with(arguments)
                .run(log);
        if (code != 0) {
            throw new Trouble("git could not read llama.cpp's sources; what it said is in "
                    + checkout.root().relativize(log) + ".");
        }
        Files.deleteIfExists(log);
    }
}
