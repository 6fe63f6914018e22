package koine.installers;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the whole program to {@link ArchitectureRules}, and the rules to being able to fail. */
class ArchitectureTest {
    private static final String FIXTURES = "koine.installers.fixtures";

    private static JavaClasses program;
    private static JavaClasses fixtures;

    @BeforeAll
    static void readTheClasses() {
        program = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("koine", "de.kherud")
                .that(describe("are ours", type -> !isWithin(type.getPackageName(), "de.kherud") || isOurs(type)));
        fixtures = new ClassFileImporter().importPackages(FIXTURES);
    }

    /** The library's package has one class of ours, compiled where the engine is. */
    private static boolean isOurs(JavaClass type) {
        return type.getSource()
                .filter(source -> source.getUri().toString().contains("koine")
                        || source.getUri().toString().contains("/engine/"))
                .filter(source -> !source.getUri().toString().contains("/llama-"))
                .isPresent();
    }

    @TestFactory
    Stream<DynamicTest> the_program_keeps_every_rule() {
        return ArchitectureRules.all().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(program)));
    }

    @Test
    void every_module_was_read_and_none_stands_outside_the_rules() {
        List<String> packages = program.stream()
                .map(type -> type.getPackageName())
                .distinct()
                .sorted()
                .toList();
        for (String module : ArchitectureRules.MODULES.keySet()) {
            long classes = program.stream()
                    .filter(type -> isWithin(type.getPackageName(), module))
                    .count();
            int least = module.equals("koine.installers") ? 1 : 5; // the sources of installers are tests
            assertTrue(classes >= least, classes + " classes of " + module);
        }
        assertEquals(
                List.of("de.kherud.llama.Inside", "de.kherud.llama.Inside$Output"),
                program.stream()
                        .map(JavaClass::getName)
                        .filter(name -> isWithin(name, "de.kherud"))
                        .sorted()
                        .toList());
        for (String name : packages) {
            assertTrue(
                    isWithin(name, "de.kherud")
                            || ArchitectureRules.MODULES.keySet().stream().anyMatch(module -> isWithin(name, module)),
                    name + " belongs to no module");
        }
        assertFalse(packages.contains(FIXTURES), "tests were read as if they were the program");
    }

    @Test
    void every_rule_says_why() {
        for (ArchRule rule : ArchitectureRules.all()) {
            assertTrue(rule.getDescription().contains(", because "), rule.getDescription());
        }
    }

    @TestFactory
    Stream<DynamicTest> each_rule_fails_on_a_class_that_breaks_it() {
        return Stream.of(
                breaks(ArchitectureRules.dependencies("koine.installers.fixtures.leaf"), "UsesAnotherModule"),
                breaks(ArchitectureRules.JAVAFX_ONLY_IN_UI, "UsesJavaFx"),
                breaks(ArchitectureRules.FOREIGN_CODE_IN_ONE_PACKAGE, "UsesForeignMemory"),
                breaks(ArchitectureRules.SECOND_ENGINE_IN_ONE_PACKAGE, "UsesSecondEngine"),
                breaks(ArchitectureRules.NETWORK_ONLY_IN_NET_AND_SERVER, "OpensSocket", "OpensUrl", "OpensHttpClient"),
                breaks(ArchitectureRules.TEXTS_ONLY_IN_I18N, "ReadsTexts"),
                breaks(ArchitectureRules.NO_PROPERTIES_FILES_FOR_TEXTS, "ReadsProperties"),
                breaks(
                        ArchitectureRules.NO_DEFAULT_LOCALE,
                        "FormatsWithoutLocale",
                        "FormattedWithoutLocale",
                        "LowersByReference",
                        "AsksForTheDefaultLocale"),
                breaks(ArchitectureRules.STANDARD_STREAMS_ONLY_IN_CLI, "PrintsOut"),
                breaks(ArchitectureRules.NO_AWT, "UsesAwt"),
                breaks(ArchitectureRules.ONE_DOOR_TO_THE_WINDOWS_THREAD, "UsesJavaFx"),
                breaks(ArchitectureRules.STATIC_FIELDS_ARE_FINAL, "HasStaticVariable"),
                breaks(ArchitectureRules.NO_STATIC_STATE, "HasStaticMap"),
                breaks(ArchitectureRules.NO_SINGLETONS, "IsSingleton"),
                breaks(ArchitectureRules.JAVA_LOGGING_ONLY_WHERE_IT_IS_CONFIGURED, "LogsPastSlf4j"),
                breaks(ArchitectureRules.NO_CYCLES, "koine.installers.fixtures.circle"),
                breaks(ArchitectureRules.EVERY_PACKAGE_IS_NULL_MARKED, "Unmarked"));
    }

    @Test
    void a_class_that_breaks_nothing_is_left_in_peace() {
        for (ArchRule rule : ArchitectureRules.all()) {
            for (String violation : violations(rule.allowEmptyShould(true).evaluate(fixtures))) {
                assertFalse(violation.contains("Blameless"), violation);
            }
        }
    }

    private static DynamicTest breaks(ArchRule rule, String... names) {
        return DynamicTest.dynamicTest(rule.getDescription(), () -> {
            String all = violations(rule.evaluate(fixtures)).stream().collect(Collectors.joining("\n"));
            for (String name : names) {
                assertTrue(all.contains(name), name + " is not found by \"" + rule.getDescription() + "\": " + all);
            }
        });
    }

    private static List<String> violations(EvaluationResult result) {
        return result.getFailureReport().getDetails();
    }

    private static boolean isWithin(String packageName, String module) {
        return packageName.equals(module) || packageName.startsWith(module + ".");
    }
}
