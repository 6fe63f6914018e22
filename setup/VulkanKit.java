package koine.setup;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Mesa's lavapipe, a graphics card in software, and Vulkan's loader, from the system's own packages: what tests have that need
 * a card. Not vital: where they cannot be had, those tests report themselves unrun.
 */
final class VulkanKit {
    private static final Path DRIVERS = Path.of("/usr/share/vulkan/icd.d");
    private static final Path LOADER = Path.of("/usr/lib/x86_64-linux-gnu/libvulkan.so.1");

    private final Checkout checkout;

    VulkanKit(Checkout checkout) {
        this.checkout = checkout;
    }

    void makeIfPossible() throws IOException, InterruptedException {
        boolean fits = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        if (!fits || ready()) {
            return;
        }
        if (!System.getProperty("user.name").equals("root")
                || Tool.find("apt-get").isEmpty()) {
            System.err.println(
                    "Some tests need a graphics card, or Mesa's in software (Debian and Ubuntu: sudo apt install"
                            + " libvulkan1 mesa-vulkan-drivers). The tests go on without it.");
            return;
        }
        try (Progress progress = new Progress(checkout.terminal(), "Mesa's lavapipe (for tests)")) {
            int known = install();
            if (known != 0) {
                apt("update", "-q"); // one source that cannot be reached spoils its code, not the others
            }
            if (known == 0 || install() == 0) {
                progress.done("installed");
                return;
            }
            progress.done("cannot be had; the tests go on without it");
        } catch (Trouble trouble) {
            System.err.println(trouble.getMessage() + " The tests go on without it.");
        }
    }

    private static boolean ready() throws IOException {
        if (!Files.exists(LOADER) || !Files.isDirectory(DRIVERS)) {
            return false;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(DRIVERS, "lvp_icd*.json")) {
            return found.iterator().hasNext();
        }
    }

    private int install() throws IOException, InterruptedException, Trouble {
        return apt("install", "-q", "-y", "--no-install-recommends", "libvulkan1", "mesa-vulkan-drivers");
    }

    private int apt(String... arguments) throws IOException, InterruptedException, Trouble {
        return new Tool(Tool.need("apt-get"), checkout.build())
                .environment("DEBIAN_FRONTEND", "noninteractive")
                .with((Object[]) arguments)
                .run(checkout.log("vulkan"));
    }
}
