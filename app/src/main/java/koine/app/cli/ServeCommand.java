package koine.app.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import koine.engine.client.EngineLease;
import koine.engine.door.Door;
import koine.engine.door.ServedModels;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The door for other programs, open until Ctrl+C. */
@Command(name = "serve", description = "cli.serve.about")
final class ServeCommand implements Callable<Integer> {
    private static final int USUAL_PORT = 11535;

    private final CliContext context;
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Option(names = "--host", paramLabel = "H", description = "cli.option.host")
    String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "N", description = "cli.option.port")
    @Nullable
    Integer port;

    @Option(names = "--token", paramLabel = "T", description = "cli.option.token")
    @Nullable
    String token;

    @Option(names = "--token-file", paramLabel = "F", description = "cli.option.token-file")
    @Nullable
    Path tokenFile;

    @Option(names = "--model", paramLabel = "MODEL", description = "cli.option.serve-model")
    @Nullable
    String model;

    @Option(names = "--json", description = "cli.option.json")
    boolean json;

    ServeCommand(CliContext context) {
        this.context = context;
    }

    private record Listening(String address, @Nullable String token) {}

    @Override
    public Integer call() throws Problem, InterruptedException {
        if (port != null && (port < 0 || port > 65_535)) {
            throw UsageProblems.badValue("--port", port);
        }
        String given = ServeToken.given(token, tokenFile, System.getenv());
        String used = given == null ? newToken() : given;
        try (Door door = new Door(host, used, served(), Door.USUAL_LIMITS)) {
            if (given == null && !door.onlyThisComputer()) {
                throw new Problem("KOINE-A117", Map.of());
            }
            InetSocketAddress address = start(door);
            context.interrupts().onInterrupt(interrupted::countDown);
            String name = host.contains(":") ? "[" + host + "]" : host;
            tell(new Listening("http://" + name + ":" + address.getPort() + "/v1", given == null ? used : null));
            interrupted.await();
        } catch (UnknownHostException e) {
            throw new Problem("KOINE-A119", Map.of("host", SafeText.line(host)), e);
        }
        return ExitCodes.INTERRUPTED;
    }

    /** The usual port is a convenience; a chosen one is what other programs were told. */
    private InetSocketAddress start(Door door) throws Problem {
        try {
            return door.start(port == null ? USUAL_PORT : port);
        } catch (IOException taken) {
            try {
                if (port == null) {
                    return door.start(0);
                }
            } catch (IOException e) {
                taken.addSuppressed(e);
            }
            throw new Problem("KOINE-A116", Map.of("port", Integer.toString(port == null ? USUAL_PORT : port)), taken);
        }
    }

    private void tell(Listening listening) {
        context.print(json, () -> listening, m -> {
            String address = m.text("cli.serve.listening", Map.of("address", listening.address()));
            String shown = listening.token();
            return shown == null
                    ? address + "\n"
                    : address + "\n" + m.text("cli.serve.token", Map.of("token", shown)) + "\n";
        });
        context.terminal().out().flush();
    }

    private ServedModels served() throws Problem {
        ServedModels served = context.assistant().served();
        if (model == null) {
            return served;
        }
        String usual = context.assistant().models().resolve(model).id();
        return new ServedModels() {
            @Override
            public List<String> ids() {
                return served.ids();
            }

            @Override
            public EngineLease engine(@Nullable String id) throws Problem {
                return served.engine(id == null ? usual : id);
            }
        };
    }

    private static String newToken() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
