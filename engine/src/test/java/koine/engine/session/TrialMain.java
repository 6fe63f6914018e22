package koine.engine.session;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.TinyTalk.Answer;

/**
 * A process that loads the model files named on its standard input, one after the other, and lets each say some words; one
 * line on standard output for each. What ends this process would end an engine.
 */
public final class TrialMain {
    private static final int WORDS = 6;

    private TrialMain() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(trial(Path.of(line)));
        }
    }

    private static String trial(Path model) {
        try {
            Answer answer = TinyTalk.words(model, "Hello, my friend! مرحبا\n", WORDS);
            return "answered " + answer.finish() + " " + answer.answerTokens();
        } catch (ModelLoadException e) {
            return "refused " + e.reason() + " " + oneLine(e);
        } catch (GenerationException e) {
            return "failed " + oneLine(e);
        } catch (UnsupportedOperationException e) {
            // the contract's word for a model that makes embeddings only; Java's own has no text
            return (e.getMessage() == null ? "untyped " : "failed ") + oneLine(e);
        } catch (RuntimeException e) {
            return "untyped " + oneLine(e);
        }
    }

    private static String oneLine(Exception e) {
        return String.valueOf(e).replaceAll("\\s+", " ");
    }
}
