package koine.installers;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Formatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;

/** The rules of the house that the compiler does not know, each with its reason. */
final class ArchitectureRules {
    /** The modules by their package, and the packages of others that each may use. */
    static final Map<String, Set<String>> MODULES = Map.of(
            "koine.i18n", Set.of(),
            "koine.net", Set.of(),
            "koine.gguf", Set.of(),
            "koine.models", Set.of("koine.i18n", "koine.net", "koine.gguf"),
            "koine.engine", Set.of("koine.i18n", "koine.net", "koine.gguf"),
            "koine.app", Set.of("koine.i18n", "koine.net", "koine.gguf", "koine.models", "koine.engine"),
            "koine.ui", Set.of("koine.i18n", "koine.net", "koine.gguf", "koine.models", "koine.engine", "koine.app"),
            "koine.installers",
                    Set.of(
                            "koine.i18n",
                            "koine.net",
                            "koine.gguf",
                            "koine.models",
                            "koine.engine",
                            "koine.app",
                            "koine.ui"));

    static final ArchRule JAVAFX_ONLY_IN_UI = noClasses()
            .that()
            .resideOutsideOfPackage("koine.ui..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "javafx..",
                    "com.sun.javafx..",
                    "atlantafx..",
                    "org.controlsfx..",
                    "impl.org.controlsfx..",
                    "org.kordamp..")
            .because("the assistant works without a window: on the command line, in a classroom, in tests");

    static final ArchRule FOREIGN_CODE_IN_ONE_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackage("koine.engine.llama.ffm..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.foreign..")
            .because("a wrong call of native code ends the process: there is one small place where to look for it");

    static final ArchRule SECOND_ENGINE_IN_ONE_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackages("koine.engine.jllama..", "de.kherud..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("de.kherud..")
            .because(
                    "it is loaded only where no native pack can be used, and what leans on it could do no more than it can");

    static final ArchRule NETWORK_ONLY_IN_NET_AND_SERVER = noClasses()
            .that()
            .resideOutsideOfPackages("koine.net..", "koine.engine.server..", "koine.engine.door..")
            .should()
            .dependOnClassesThat(opensConnections())
            .orShould(accessTargetWhere(
                    target(opensConnectionWhenCalled()).as("a method that opens a connection or asks a name server")))
            .because("what Koine promises about the network holds only if there is one way out, which keeps a record");

    static final ArchRule TEXTS_ONLY_IN_I18N = noClasses()
            .that()
            .resideOutsideOfPackage("koine.i18n..")
            .should()
            .dependOnClassesThat(describe(
                    "are resource bundles or message formats",
                    (JavaClass type) -> type.isAssignableTo("java.util.ResourceBundle")
                            || type.getSimpleName().equals("MessageFormat")))
            .because("texts beside the messages of i18n escape the check that every language is complete");

    static final ArchRule NO_PROPERTIES_FILES_FOR_TEXTS = noClasses()
            .that()
            // the version and the pins of the native packs are properties files too
            .resideOutsideOfPackages("koine.i18n..", "koine.engine..", "koine.app..")
            .should(accessTargetWhere(
                    target(method("java.util.Properties", "load")).as("Properties.load")))
            .because("texts beside the messages of i18n escape the check that every language is complete");

    static final ArchRule NO_DEFAULT_LOCALE = noClasses()
            .should(accessTargetWhere(
                    target(takesTheDefaultLocale()).as("a method that takes the locale of the computer")))
            .because(
                    "in Turkish I has no dot and in Arabic digits differ: what is written for a person follows the chosen"
                            + " language, what is written for a program follows Locale.ROOT");

    static final ArchRule STANDARD_STREAMS_ONLY_IN_CLI = noClasses()
            .that()
            .resideOutsideOfPackage("koine.app.cli..")
            .and()
            .doNotHaveFullyQualifiedName("koine.ui.Launcher") // says in one line why nothing opens
            .and()
            .doNotHaveFullyQualifiedName("koine.engine.process.ProbeMain") // its output is for its owner alone
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
            .because("standard output belongs to the answer, which another program may be reading");

    static final ArchRule NO_AWT = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.awt..", "javax.swing..", "javafx.embed.swing..")
            .because(
                    "a second toolkit costs start-up time and memory, wants a display, and fights with JavaFX for its thread");

    static final ArchRule ONE_DOOR_TO_THE_WINDOWS_THREAD = noClasses()
            .that()
            .resideOutsideOfPackage("koine.ui.tasks..")
            .should(accessTargetWhere(target(method("javafx.application.Platform", "runLater", "startup"))
                    .as("Platform.runLater")))
            .because(
                    "work that comes back to the window goes through one helper, which tests replace by the calling thread");

    static final ArchRule STATIC_FIELDS_ARE_FINAL = fields().that()
            .areStatic()
            .and(not(describe(
                    "made by the compiler", field -> field.getModifiers().contains(JavaModifier.SYNTHETIC))))
            .should()
            .beFinal()
            .because("a static variable is shared by all tests and all windows, and nobody owns it");

    static final ArchRule NO_STATIC_STATE = noFields()
            .that()
            .areStatic()
            .should()
            .haveRawType(describe("are made to be changed", ArchitectureRules::isMadeToBeChanged))
            .because("what is kept belongs to an object that the composition root makes and closes");

    static final ArchRule NO_SINGLETONS = noMethods()
            .that()
            .areStatic()
            .should()
            .haveName("getInstance")
            .because("parts are handed in by the composition root, so that a test can hand in others");

    static final ArchRule EVERY_PACKAGE_IS_NULL_MARKED = classes()
            .should(beInANullMarkedPackage())
            .because("where a package is not marked, the compiler does not look for null in it");

    static final ArchRule JAVA_LOGGING_ONLY_WHERE_IT_IS_CONFIGURED = noClasses()
            .that(not(resideInAPackage("koine.app")
                    .and(describe(
                            "is named Log…",
                            type -> outermost(type).getSimpleName().startsWith("Log")))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.logging..")
            .because("everything logs through SLF4J, so that the backend and its rules stand in one place");

    static final ArchRule NO_CYCLES = slices().assignedFrom(packagesAndTheCompositionRoot())
            .should()
            .beFreeOfCycles()
            // the shell holds what the features share and frames their views; until the two stand in packages of their
            // own,
            // features may know it and it them
            .ignoreDependency(resideInAPackage("koine.ui.shell"), resideInAPackage("koine.ui.."))
            .because("packages in a circle can only be understood, tested and changed all at once");

    private ArchitectureRules() {}

    static List<ArchRule> all() {
        List<ArchRule> rules = new ArrayList<>();
        new TreeSet<>(MODULES.keySet()).forEach(module -> rules.add(dependencies(module)));
        rules.addAll(List.of(
                JAVAFX_ONLY_IN_UI,
                FOREIGN_CODE_IN_ONE_PACKAGE,
                SECOND_ENGINE_IN_ONE_PACKAGE,
                NETWORK_ONLY_IN_NET_AND_SERVER,
                TEXTS_ONLY_IN_I18N,
                NO_PROPERTIES_FILES_FOR_TEXTS,
                NO_DEFAULT_LOCALE,
                STANDARD_STREAMS_ONLY_IN_CLI,
                NO_AWT,
                ONE_DOOR_TO_THE_WINDOWS_THREAD,
                STATIC_FIELDS_ARE_FINAL,
                NO_STATIC_STATE,
                NO_SINGLETONS,
                EVERY_PACKAGE_IS_NULL_MARKED,
                JAVA_LOGGING_ONLY_WHERE_IT_IS_CONFIGURED,
                NO_CYCLES));
        return rules;
    }

    /** A module uses none but those that {@link #MODULES} gives it. */
    static ArchRule dependencies(String module) {
        Set<String> allowed = MODULES.getOrDefault(module, Set.of());
        String[] forbidden = MODULES.keySet().stream()
                .filter(other -> !other.equals(module) && !allowed.contains(other))
                .sorted()
                .map(other -> other + "..")
                .toArray(String[]::new);
        String[] packages = module.equals("koine.engine")
                ? new String[] {module + "..", "de.kherud.."}
                : new String[] {module + ".."};
        return noClasses()
                .that()
                .resideInAnyPackage(packages)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .because(
                        "dependencies point one way: leaves i18n, net, gguf; on them model-manager and engine, which do not"
                                + " know each other; then app, then ui")
                .allowEmptyShould(true);
    }

    /** What is made of all parts stands above them, though it shares a package with what they use. */
    private static SliceAssignment packagesAndTheCompositionRoot() {
        Set<String> root = Set.of("koine.app.Koine", "koine.app.Assistant", "koine.app.Desktop");
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return SliceIdentifier.of(
                        root.contains(outermost(type).getName()) ? "composition root" : type.getPackageName());
            }

            @Override
            public String getDescription() {
                return "packages and the composition root";
            }
        };
    }

    private static DescribedPredicate<JavaClass> opensConnections() {
        return resideInAnyPackage("java.net.http..", "javax.net..", "com.sun.net.httpserver..", "org.eclipse.jetty..")
                .or(describe(
                        "are sockets, their channels or connections",
                        type -> Set.of(
                                        "java.net.Socket",
                                        "java.net.ServerSocket",
                                        "java.net.DatagramSocket",
                                        "java.net.MulticastSocket",
                                        "java.net.URLConnection",
                                        "java.net.HttpURLConnection",
                                        "java.net.JarURLConnection",
                                        "java.nio.channels.SocketChannel",
                                        "java.nio.channels.ServerSocketChannel",
                                        "java.nio.channels.DatagramChannel",
                                        "java.nio.channels.AsynchronousSocketChannel",
                                        "java.nio.channels.AsynchronousServerSocketChannel",
                                        "java.nio.channels.spi.SelectorProvider")
                                .contains(type.getName())))
                .as("open connections");
    }

    private static DescribedPredicate<AccessTarget> opensConnectionWhenCalled() {
        return method("java.net.URL", "openConnection", "openStream", "getContent")
                .or(method("java.net.InetAddress", "getByName", "getAllByName", "getLocalHost", "isReachable"));
    }

    private static DescribedPredicate<AccessTarget> takesTheDefaultLocale() {
        return method("java.util.Locale", "getDefault", "setDefault")
                .or(method("java.lang.String", "formatted"))
                .or(withoutLocale("java.lang.String", "format", "toLowerCase", "toUpperCase"))
                .or(withoutLocale("java.io.PrintStream", "printf", "format"))
                .or(withoutLocale("java.io.PrintWriter", "printf", "format"))
                .or(withoutLocale("java.io.Console", "printf", "format", "readLine", "readPassword")
                        .and(hasParameters()))
                .or(withoutLocale(Formatter.class.getName(), "<init>"))
                .or(withoutLocale("java.text.NumberFormat", "getInstance", "getNumberInstance", "getIntegerInstance"))
                .or(withoutLocale("java.text.NumberFormat", "getPercentInstance", "getCompactNumberInstance"))
                .or(withoutLocale("java.text.DecimalFormat", "<init>"))
                .or(withoutLocale("java.text.SimpleDateFormat", "<init>"))
                .or(withoutLocale("java.text.Collator", "getInstance"))
                .or(withoutLocale("java.time.format.DateTimeFormatter", "ofPattern", "ofLocalizedDate"))
                .or(withoutLocale("java.time.format.DateTimeFormatter", "ofLocalizedTime", "ofLocalizedDateTime"));
    }

    private static DescribedPredicate<AccessTarget> withoutLocale(String owner, String... names) {
        return method(owner, names)
                .and(describe(
                        "without a locale",
                        access -> access instanceof CodeUnitAccessTarget unit
                                && unit.getRawParameterTypes().stream()
                                        .noneMatch(type -> type.isEquivalentTo(java.util.Locale.class))));
    }

    private static DescribedPredicate<AccessTarget> hasParameters() {
        return describe(
                "with parameters",
                access -> access instanceof CodeUnitAccessTarget unit
                        && !unit.getRawParameterTypes().isEmpty());
    }

    /** Calls and references ({@code String::toLowerCase}) alike. */
    private static DescribedPredicate<AccessTarget> method(String owner, String... names) {
        return describe(
                owner + " " + Arrays.toString(names),
                access -> access.getOwner().getName().equals(owner)
                        && Arrays.asList(names).contains(access.getName()));
    }

    private static boolean isMadeToBeChanged(JavaClass type) {
        return type.getPackageName().equals("java.util.concurrent.atomic")
                || Set.of(
                                java.util.HashMap.class,
                                java.util.TreeMap.class,
                                java.util.HashSet.class,
                                java.util.ArrayList.class,
                                java.util.ArrayDeque.class,
                                java.util.concurrent.ConcurrentMap.class,
                                java.util.concurrent.ExecutorService.class,
                                java.util.concurrent.locks.Lock.class,
                                StringBuilder.class,
                                ThreadLocal.class,
                                Thread.class)
                        .stream()
                        .anyMatch(type::isAssignableTo);
    }

    private static ArchCondition<JavaClass> beInANullMarkedPackage() {
        return new ArchCondition<>("be in a @NullMarked package") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class)
                        || outermost(type).isAnnotatedWith(NullMarked.class); // in a package of somebody else's
                events.add(new SimpleConditionEvent(
                        type,
                        marked,
                        type.getName() + " is in " + type.getPackageName() + ", which is not @NullMarked"));
            }
        };
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }
}
