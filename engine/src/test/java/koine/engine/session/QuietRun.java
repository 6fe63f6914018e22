package koine.engine.session;

import java.nio.file.Files;
import java.nio.file.Path;

/** A process that loads and answers; what it says goes to a file, so anything on its output came from below. */
final class QuietRun {
    private QuietRun() {}

    public static void main(String[] arguments) throws Exception {
        Chat.Collector sink = new Chat.Collector();
        try (LlamaGenerator generator = LlamaGenerator.load(
                new GeneratorOptions(Path.of(arguments[0]), Path.of(arguments[1]), 512), fraction -> {}, () -> false)) {
            Chat.run(
                    generator,
                    Chat.greedy(Chat.prompt("What is the capital of France? Answer in one sentence."), 16, null),
                    Chat.NEVER,
                    sink);
        }
        Files.writeString(Path.of(arguments[2]), sink.text);
    }
}
