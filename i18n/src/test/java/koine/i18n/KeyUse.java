package koine.i18n;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Which texts the program asks for, read from its syntax trees so that line breaks and comments do not matter.
 *
 * @param asked every key given to a method that fills texts, every problem with its code, and in the modules that speak
 *     to people every other string that looks like a key
 * @param literals all strings in the sources: a key among them counts as used
 * @param prefixes strings that something is appended to, such as {@code "chat.state." + state}
 */
record KeyUse(List<Asked> asked, Set<String> literals, Set<String> prefixes) {
    private static final Pattern KEY = Pattern.compile("[a-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+(-[A-Za-z0-9]+)*)+");
    private static final Pattern FILE =
            Pattern.compile(".*\\.(css|db|gguf|json|lock|log|md|png|properties|sql|tmp|txt)");
    private static final Pattern SPEAKING_MODULE = Pattern.compile(".*/(app|ui)/src/main/.*");
    private static final Set<String> FILLING = Set.of("text", "get", "bind");
    private static final Pattern CODE = Pattern.compile("KOINE-[A-Z][0-9]{3}");

    /**
     * @param given the names of the arguments, when they can be read from the source
     * @param certain whether the receiver is surely {@link Messages}; other classes have a method {@code text} too
     */
    record Asked(String where, String key, Optional<Set<String>> given, boolean certain) {}

    static KeyUse in(Iterable<? extends JavaFileObject> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavacTask task = (JavacTask) compiler.getTask(null, null, diagnostic -> {}, List.of(), null, sources);
        KeyUse use = new KeyUse(new ArrayList<>(), new HashSet<>(), new HashSet<>());
        Trees trees = Trees.instance(task);
        for (CompilationUnitTree unit : task.parse()) {
            new Scanner(use, unit, trees).scan(unit, null);
        }
        return use;
    }

    /** What is wrong with the keys asked for, given the English texts. */
    List<Finding> check(BundleFile english) {
        List<Finding> findings = new ArrayList<>();
        var texts = english.byKey();
        Set<String> sections = new HashSet<>();
        texts.keySet().forEach(key -> sections.add(key.substring(0, Math.max(0, key.indexOf('.')))));
        Set<String> unknown = new HashSet<>();
        for (Asked one : asked) {
            BundleFile.Entry text = texts.get(one.key());
            if (text == null) {
                boolean meant = one.certain()
                        || sections.contains(one.key().substring(0, one.key().indexOf('.')));
                if (meant && unknown.add(one.key())) {
                    findings.add(new Finding(
                            one.where(),
                            "asks for " + one.key() + ", which English does not have",
                            "write it and paste into " + english.name() + ":\n"
                                    + BundleFile.line(one.key(), placeholders(one))));
                }
                continue;
            }
            Set<String> needed = argumentsOf(text);
            if (one.given().isPresent() && !one.given().get().containsAll(needed)) {
                Set<String> forgotten = new TreeSet<>(needed);
                forgotten.removeAll(one.given().get());
                findings.add(new Finding(
                        one.where(),
                        "gives " + one.key() + " no " + forgotten,
                        "give it, or take it out of the text:\n" + BundleFile.line(text.key(), text.pattern())));
            }
        }
        return findings;
    }

    /** English texts that nothing asks for. */
    List<Finding> unused(BundleFile english) {
        List<Finding> findings = new ArrayList<>();
        for (BundleFile.Entry text : english.entries()) {
            String problem = text.key().startsWith("problem.") ? text.key().substring("problem.".length()) : "";
            boolean used = literals.contains(text.key())
                    || (!problem.isEmpty() && literals.contains(problem))
                    || (problem.isEmpty() && prefixes.stream().anyMatch(text.key()::startsWith));
            if (!used) {
                findings.add(new Finding(
                        english.name() + ":" + text.line(),
                        "nothing asks for " + text.key(),
                        "delete it in every language:\n" + english.lines().get(text.line() - 1)));
            }
        }
        return findings;
    }

    private static Set<String> argumentsOf(BundleFile.Entry text) {
        try {
            return MessageShape.of(text.pattern()).arguments().keySet();
        } catch (IllegalArgumentException e) {
            return Set.of(); // reported by BundleCheck
        }
    }

    private static String placeholders(Asked one) {
        StringBuilder text = new StringBuilder("…");
        one.given().orElse(Set.of()).stream()
                .sorted()
                .forEach(name -> text.append(" {").append(name).append('}'));
        return text.toString();
    }

    private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final KeyUse use;
        private final CompilationUnitTree unit;
        private final Trees trees;
        /** Keys already seen as what a call asks for. */
        private final Set<LiteralTree> filling = new HashSet<>();

        Scanner(KeyUse use, CompilationUnitTree unit, Trees trees) {
            this.use = use;
            this.unit = unit;
            this.trees = trees;
        }

        @Override
        public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void nothing) {
            if (literal.getValue() instanceof String text) {
                use.literals.add(text);
                boolean maybe =
                        KEY.matcher(text).matches() && !FILE.matcher(text).matches();
                String file = unit.getSourceFile().getName().replace('\\', '/');
                if (maybe
                        && !filling.contains(literal)
                        && SPEAKING_MODULE.matcher(file).matches()) {
                    use.asked.add(new Asked(where(literal), text, Optional.empty(), false));
                }
            }
            return super.visitLiteral(literal, null);
        }

        @Override
        public @Nullable Void visitBinary(BinaryTree binary, @Nullable Void nothing) {
            if (binary.getKind() == Tree.Kind.PLUS
                    && binary.getLeftOperand() instanceof LiteralTree left
                    && left.getValue() instanceof String text
                    && text.endsWith(".")) {
                use.prefixes.add(text);
            }
            return super.visitBinary(binary, null);
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
            List<? extends ExpressionTree> arguments = call.getArguments();
            String select = call.getMethodSelect().toString();
            int dot = select.lastIndexOf('.');
            if (FILLING.contains(select.substring(dot + 1)) && !arguments.isEmpty()) {
                String receiver = select.substring(0, Math.max(0, dot)).toLowerCase(Locale.ROOT);
                boolean certain = (receiver.contains("messages") && select.endsWith(".text"))
                        || receiver.endsWith("texts")
                        || receiver.endsWith("texts()");
                for (LiteralTree key : strings(arguments.getFirst())) {
                    String text = String.valueOf(key.getValue());
                    if (KEY.matcher(text).matches()) {
                        use.asked.add(new Asked(where(key), text, given(arguments), certain));
                        filling.add(key);
                    }
                }
            }
            problem(call, arguments);
            return super.visitMethodInvocation(call, null);
        }

        @Override
        public @Nullable Void visitNewClass(NewClassTree creation, @Nullable Void nothing) {
            problem(creation, creation.getArguments());
            return super.visitNewClass(creation, null);
        }

        private void problem(Tree tree, List<? extends ExpressionTree> arguments) {
            for (ExpressionTree argument : arguments) {
                if (argument instanceof LiteralTree literal
                        && literal.getValue() instanceof String code
                        && CODE.matcher(code).matches()) {
                    use.asked.add(new Asked(where(tree), "problem." + code, mapOf(arguments), true));
                }
            }
        }

        /** The strings an expression may have as its value: one, or those of a choice; none when it is put together. */
        private static List<LiteralTree> strings(Tree expression) {
            List<LiteralTree> strings = new ArrayList<>();
            new Choices(strings).scan(expression, null);
            return strings;
        }

        private static Optional<Set<String>> given(List<? extends ExpressionTree> arguments) {
            return arguments.size() == 1 ? Optional.of(Set.of()) : mapOf(arguments);
        }

        /** The keys of an argument that is written as {@code Map.of("a", …)} or {@code () -> Map.of("a", …)}. */
        private static Optional<Set<String>> mapOf(List<? extends ExpressionTree> arguments) {
            for (ExpressionTree argument : arguments) {
                Tree value = argument instanceof LambdaExpressionTree lambda ? lambda.getBody() : argument;
                if (value instanceof MethodInvocationTree map
                        && map.getMethodSelect().toString().equals("Map.of")) {
                    return names(map);
                }
            }
            return Optional.empty();
        }

        private static Optional<Set<String>> names(MethodInvocationTree map) {
            Set<String> names = new TreeSet<>();
            for (int i = 0; i < map.getArguments().size(); i += 2) {
                if (!(map.getArguments().get(i) instanceof LiteralTree name)
                        || !(name.getValue() instanceof String text)) {
                    return Optional.empty();
                }
                names.add(text);
            }
            return Optional.of(names);
        }

        private String where(Tree tree) {
            long position = trees.getSourcePositions().getStartPosition(unit, tree);
            return unit.getSourceFile().getName() + ":" + unit.getLineMap().getLineNumber(position);
        }
    }

    /** Collects strings, but not those inside calls or concatenations. */
    private static final class Choices extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final List<LiteralTree> strings;

        Choices(List<LiteralTree> strings) {
            this.strings = strings;
        }

        @Override
        public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void nothing) {
            if (literal.getValue() instanceof String) {
                strings.add(literal);
            }
            return null;
        }

        @Override
        public @Nullable Void visitBinary(BinaryTree binary, @Nullable Void nothing) {
            return null;
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
            return null;
        }
    }
}
