package koine.setup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes what is missing before Koine or its tests can run. Called by the scripts {@code koine}, {@code check},
 * {@code installers/build} and {@code bench/run} with {@code run}, {@code check ARGUMENTS…}, {@code image} or {@code bench};
 * exits with 0 when all is there.
 * It needs nothing but a JDK, so that it can build the rest.
 */
final class Setup {
    private Setup() {}

    public static void main(String[] args) {
        Checkout checkout =
                new Checkout(Path.of(System.getProperty("koine.root")), Boolean.getBoolean("koine.terminal"));
        int code = 1;
        try {
            code = run(checkout, args[0], List.of(args).subList(1, args.length));
        } catch (Trouble trouble) {
            System.err.println(trouble.getMessage());
        } catch (IOException e) {
            System.err.println("Koine could not set itself up in " + checkout.build() + ": check its free space and"
                    + " permissions, then start again (" + e + ").");
        } catch (InterruptedException e) {
            code = 130;
        }
        System.exit(code);
    }

    private static int run(Checkout checkout, String command, List<String> arguments)
            throws IOException, InterruptedException, Trouble {
        NativePack pack = new NativePack(checkout);
        StarterModel starter = new StarterModel(checkout);
        Program program = new Program(checkout);
        return switch (command) {
            case "run" -> {
                make(checkout, List.of(program, pack, starter, new StartCache(checkout, program)));
                yield 0;
            }
            case "check" -> {
                requireAll(List.of("mvn"));
                List<Part> parts = new ArrayList<>(List.of(pack, starter, new TestKit(checkout)));
                parts.addAll(NativePack.forTests(checkout, Checks.isLong(arguments)));
                if (Checks.isLong(arguments)) {
                    parts.add(new TestModel(checkout));
                }
                make(checkout, parts);
                try (var _ = Hold.take(checkout, "check")) {
                    new PythonKit(checkout).makeIfPossible();
                    new VulkanKit(checkout).makeIfPossible();
                    yield new Checks(checkout).run(arguments);
                }
            }
            case "bench" -> {
                make(
                        checkout,
                        List.of(
                                program,
                                pack,
                                starter,
                                new StartCache(checkout, program),
                                new BenchKit(checkout, pack)));
                yield 0;
            }
            case "image" -> {
                make(checkout, List.of(program, pack, starter));
                try (var _ = Hold.take(checkout, "setup")) {
                    Path image = checkout.build().resolve("image/Koine");
                    Path script = checkout.root().resolve("installers/koine.sh");
                    new Image(checkout.terminal(), script, checkout.scratch("image"), checkout.log("image"))
                            .make(program.lib(), Program.options(checkout.root()), bundle(pack, starter), image);
                    System.err.println("Made " + image);
                }
                yield 0;
            }
            default -> throw new IllegalArgumentException(command);
        };
    }

    private static Image.Bundle bundle(NativePack pack, StarterModel starter) {
        return new Image.Bundle(pack.folder(), List.of(starter.file(), starter.license()));
    }

    /** Makes the parts that are not ready; of two starts at the same time, the second waits and then finds them ready. */
    private static void make(Checkout checkout, List<Part> parts) throws IOException, InterruptedException, Trouble {
        if (missing(parts).isEmpty()) {
            return;
        }
        try (var _ = Hold.take(checkout, "setup")) {
            List<Part> missing = missing(parts);
            Set<String> tools = new LinkedHashSet<>();
            missing.forEach(part -> tools.addAll(part.tools()));
            requireAll(List.copyOf(tools));
            for (Part part : missing) {
                part.make();
            }
        }
    }

    private static List<Part> missing(List<Part> parts) throws IOException, Trouble {
        List<Part> missing = new ArrayList<>();
        for (Part part : parts) {
            if (!part.ready()) {
                missing.add(part);
            }
        }
        return missing;
    }

    private static void requireAll(List<String> tools) throws IOException, InterruptedException, Trouble {
        List<String> missing = new ArrayList<>();
        for (String tool : tools) {
            boolean there =
                    tool.equals("pip") ? Download.hasPip() : Tool.find(tool).isPresent();
            if (!there) {
                missing.add(tool);
            }
        }
        if (!missing.isEmpty()) {
            throw Tool.missing(missing);
        }
    }

    /** A lock on this checkout that the system lets go when the process ends, however it ends. */
    private record Hold(FileChannel channel, FileLock lock) implements AutoCloseable {
        static Hold take(Checkout checkout, String name) throws IOException {
            Files.createDirectories(checkout.build());
            FileChannel channel = FileChannel.open(
                    checkout.build().resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                System.err.println("Another start is working in this folder; waiting for it to finish.");
                lock = channel.lock();
            }
            return new Hold(channel, lock);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
