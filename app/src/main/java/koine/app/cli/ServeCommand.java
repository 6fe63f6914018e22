package koine.app.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import koine.engine.door.Door;
import koine.engine.door.ServedModels;
import koine.engine.server.AccessToken;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The door for other programs, open until Ctrl+C. */
@Command(name = "serve", description = "cli.serve.about")
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    private static final int USUAL_PORT = 11535;
    /** So many are tried after the usual one, before any: programs that were told one find it again. */
    private static final int NEXT_PORTS = 9;

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
        if (port != null) {
            OptionValues.check("--port", port);
        }
        String given = ServeToken.given(token, tokenFile, System.getenv());
        String used = given == null ? AccessToken.random() : given;
        try (Door door = new Door(host, used, served(), Door.USUAL_LIMITS)) {
            if (given == null && !door.onlyThisComputer()) {
                throw new Problem("KOINE-A117", Map.of());
            }
            InetSocketAddress address = port == null ? startNearUsualPort(door) : start(door, port);
            context.interrupts().onInterrupt(interrupted::countDown);
            String name = host.contains(":") ? "[" + host + "]" : host;
            if (port == null && address.getPort() != USUAL_PORT) {
                tellOtherPort(address.getPort());
            }
            tell(new Listening("http://" + name + ":" + address.getPort() + "/v1", given == null ? used : null));
            interrupted.await();
        } catch (UnknownHostException e) {
            throw new Problem("KOINE-A119", Map.of("host", SafeText.line(host)), e);
        }
        return ExitCodes.INTERRUPTED;
    }

    /** The usual port is a convenience; a chosen one is what other programs were told. */
    private static InetSocketAddress startNearUsualPort(Door door) throws Problem, UnknownHostException {
        for (int next = USUAL_PORT; next <= USUAL_PORT + NEXT_PORTS; next++) {
            try {
                return start(door, next);
            } catch (Problem taken) {
                LOG.info("port {} cannot be had", next);
            }
        }
        return start(door, 0);
    }

    private static InetSocketAddress start(Door door, int port) throws Problem, UnknownHostException {
        try {
            return door.start(port);
        } catch (UnknownHostException e) {
            throw e;
        } catch (IOException e) {
            throw new Problem("KOINE-A116", Map.of("port", Integer.toString(port)), e);
        }
    }

    private void tellOtherPort(int port) {
        context.terminal()
                .err()
                .println(context.text(
                        "cli.serve.other-port",
                        Map.of("usual", Integer.toString(USUAL_PORT), "port", Integer.toString(port))));
        context.terminal().err().flush();
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

    private void tell(Problem notice) {
        if (AnswerPrinter.isOfUse(notice)) {
            context.tell(notice);
        }
    }

    private ServedModels served() throws Problem {
        ServedModels served = context.assistant().served(this::tell);
        return model == null ? served : served.withUsual(model);
    }
}
