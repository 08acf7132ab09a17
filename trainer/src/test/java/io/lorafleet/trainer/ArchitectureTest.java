package io.lorafleet.trainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.lorafleet.trainer", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule featuresDoNotKnowKafka = noClasses()
            .that()
            .resideInAPackage("..feedback..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..trainer.kafka..", "org.apache.kafka..", "..reactive.messaging..");
}
