package koine.engine.template;

/** A text marked {@code safe}: it prints as it is, but escapes the plain texts it is joined with. */
record Markup(String text) {
    static String escape(String text, Budget budget) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '\'' -> out.append("&#39;");
                case '"' -> out.append("&#34;");
                default -> out.append(c);
            }
        }
        return budget.made(out.toString());
    }
}
