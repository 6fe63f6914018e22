package koine.engine.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.ModelLoadException.Reason;
import koine.engine.server.ScriptedGenerator;
import koine.engine.session.Generator;
import koine.engine.session.GeneratorOptions;

/** A real engine process but for its generator; the model file's text says how loading goes, and before it the draft's. */
public final class ScriptedEngineMain {
    private ScriptedEngineMain() {}

    public static void main(String[] arguments) {
        Runtime.getRuntime().halt(EngineProcess.run(System.in, ScriptedEngineMain::load));
    }

    private static Generator load(GeneratorOptions options, DoubleConsumer progress, BooleanSupplier cancelled)
            throws ModelLoadException {
        Path draft = options.speedup().draft();
        if (draft != null) {
            play(draft, progress, cancelled);
        }
        play(options.model(), progress, cancelled);
        return new ScriptedGenerator();
    }

    private static void play(Path file, DoubleConsumer progress, BooleanSupplier cancelled) throws ModelLoadException {
        String script;
        try {
            script = Files.readString(file, StandardCharsets.ISO_8859_1).strip(); // a real model's header is no script
        } catch (IOException e) {
            throw new ModelLoadException(Reason.MISSING, "no file");
        }
        for (Reason reason : Reason.values()) {
            if (script.equals(reason.name())) {
                throw new ModelLoadException(reason, "as scripted");
            }
        }
        switch (script) {
            case "exit" -> Runtime.getRuntime().halt(7);
            case "break" -> throw new IllegalStateException("as scripted");
            case "steps" -> {
                for (int i = 0; i <= 10; i++) {
                    progress.accept(i / 10.0);
                    pause();
                }
            }
            case "hang" -> {
                while (!cancelled.getAsBoolean()) {
                    pause();
                }
                throw new ModelLoadException(Reason.CANCELLED, "asked to stop");
            }
            default -> progress.accept(1);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
