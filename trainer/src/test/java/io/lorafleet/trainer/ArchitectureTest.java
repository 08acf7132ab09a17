// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Imports point {@code kafka -> publish -> distill -> evaluate, feedback}. */
@AnalyzeClasses(packages = "io.lorafleet.trainer", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule FEATURES_DO_NOT_KNOW_KAFKA = noClasses()
            .that()
            .resideInAnyPackage(
                    "..trainer.feedback..",
                    "..trainer.distill..",
                    "..trainer.evaluate..",
                    "..trainer.publish..",
                    "..trainer.canary..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..trainer.kafka..", "org.apache.kafka..");

    @ArchTest
    static final ArchRule NOBODY_ELSE_TOUCHES_ARRAYS = noClasses()
            .that()
            .resideInAnyPackage(
                    "..trainer.feedback..", "..trainer.publish..", "..trainer.canary..", "..trainer.kafka..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "io.lorafleet.diffusion..", "io.lorafleet.distillation..");

    @ArchTest
    static final ArchRule GATHERING_KNOWS_NOTHING_OF_WHAT_COMES_OF_IT = noClasses()
            .that()
            .resideInAPackage("..trainer.feedback..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..trainer.distill..", "..trainer.evaluate..", "..trainer.publish..");

    @ArchTest
    static final ArchRule TRAINING_DOES_NOT_KNOW_VERSION_NUMBERS = noClasses()
            .that()
            .resideInAnyPackage("..trainer.distill..", "..trainer.evaluate..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..trainer.publish..");
}
