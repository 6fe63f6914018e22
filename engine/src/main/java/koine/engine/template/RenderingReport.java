package koine.engine.template;

import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What templates make of cases, as JSON that compares byte for byte with what the same loop over Python's Jinja2 prints
 * ({@code json.dump} with {@code ensure_ascii=False, indent=1}): for each template and case {@code "name|case"} with
 * either {@code ok} and the text, or {@code error} and Python's name and words for it. For developers and tests.
 *
 * @param supported templates that no case brought to something that only Koine refuses
 */
public record RenderingReport(String json, int templates, int cases, int supported) {
    /**
     * Renders every template with every case, in the order of both maps, as Jinja2 without the tag {@code generation}.
     *
     * @param templates sources by name
     * @param cases by name, each all variables of one rendering, as {@link ChatTemplate#render(Map, Clock)} takes them
     * @param clock what {@code strftime_now} reads
     */
    public static RenderingReport of(
            Map<String, String> templates, Map<String, Map<String, @Nullable Object>> cases, Clock clock) {
        StringBuilder out = new StringBuilder("{");
        int supported = 0;
        String separator = "\n ";
        for (Map.Entry<String, String> template : templates.entrySet()) {
            boolean refused = false;
            for (Map.Entry<String, Map<String, @Nullable Object>> variables : cases.entrySet()) {
                out.append(separator);
                separator = ",\n ";
                Json.quote(template.getKey() + "|" + variables.getKey(), false, out);
                out.append(": {\n  ");
                try {
                    String text = ChatTemplate.parse(template.getValue(), false).render(variables.getValue(), clock);
                    out.append("\"ok\": ");
                    Json.quote(text, false, out);
                } catch (TemplateException e) {
                    out.append("\"error\": ");
                    Json.quote(e.jinjaText(), false, out);
                    refused |= e.isRefusal();
                }
                out.append("\n }");
            }
            supported += refused ? 0 : 1;
        }
        out.append(out.length() == 1 ? "}" : "\n}");
        return new RenderingReport(out.toString(), templates.size(), cases.size(), supported);
    }
}
