package koine.engine.template;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A parsed chat template: the subset of Jinja2 that chat templates use, rendering the same bytes as Jinja2 set up as
 * Hugging Face transformers does. Immutable; any thread.
 */
public final class ChatTemplate {
    private final List<Stmt> body;
    private final Symbols symbols;

    private ChatTemplate(List<Stmt> body, Symbols symbols) {
        this.body = body;
        this.symbols = symbols;
    }

    /** @throws TemplateException for a syntax error or a construct that is not supported; names it and its line */
    public static ChatTemplate parse(String source) throws TemplateException {
        return parse(source, true);
    }

    /**
     * @param generationTag whether the template may mark the model's words with {@code generation}, as transformers
     *     lets it; bare Jinja2 does not know the tag
     */
    static ChatTemplate parse(String source, boolean generationTag) throws TemplateException {
        try {
            List<Stmt> body = Parser.parse(source, generationTag);
            return new ChatTemplate(body, Scoping.resolve(body));
        } catch (TemplateError error) {
            throw error.at(0);
        }
    }

    /**
     * The names that the template reads and nobody inside it has set for certain: what a caller may give. Names of
     * built-in functions are not among them.
     */
    public Set<String> variables() {
        Set<String> names = new TreeSet<>(symbols.fromOutside());
        names.removeAll(Globals.BUILT_IN);
        return names;
    }

    /** As {@link #render(Map, Clock)}, now and here. */
    public String render(Map<String, @Nullable Object> variables) throws TemplateException {
        return render(variables, Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #render(Map, Clock, Limits)} with {@link Limits#DEFAULT}. */
    public String render(Map<String, @Nullable Object> variables, Clock clock) throws TemplateException {
        return render(variables, clock, Limits.DEFAULT);
    }

    /**
     * @param variables values as JSON has them: String, Boolean, Long, Double, List, Map with String keys, null
     * @param clock what {@code strftime_now} reads, with the zone it reads it in
     * @throws TemplateException what the template raised, what it did wrong, or that it went beyond the limits
     */
    public String render(Map<String, @Nullable Object> variables, Clock clock, Limits limits) throws TemplateException {
        Budget budget = new Budget(limits);
        Rendering rendering = new Rendering(budget, LocalDateTime.now(clock));
        try {
            Inputs inputs = new Inputs(budget);
            Map<String, Object> values = new HashMap<>();
            variables.forEach((name, value) -> values.put(name, inputs.value(value)));
            return new Evaluator(rendering, new Globals(values)).render(body, symbols);
        } catch (TemplateError error) {
            throw error.at(rendering.line());
        } catch (StackOverflowError _) {
            // The limits count nesting, but cannot know how small the caller's stack is.
            throw TemplateError.limit("the template nests too deeply for this thread")
                    .at(rendering.line());
        }
    }
}
