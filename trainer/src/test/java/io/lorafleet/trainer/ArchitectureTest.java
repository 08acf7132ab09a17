// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Imports point {@code kafka -> run -> distill -> evaluate, feedback} and {@code kafka, run -> publish}. */
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
                    "..trainer.run..",
                    "..trainer.canary..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..trainer.kafka..", "org.apache.kafka..");

    @ArchTest
    static final ArchRule ONLY_DISTILL_AND_EVALUATE_USE_ARRAYS = noClasses()
            .that()
            .resideInAnyPackage(
                    "..trainer.feedback..",
                    "..trainer.publish..",
                    "..trainer.run..",
                    "..trainer.canary..",
                    "..trainer.kafka..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "io.lorafleet.diffusion..", "io.lorafleet.distillation..");

    @ArchTest
    static final ArchRule FEEDBACK_DOES_NOT_KNOW_RUNS = noClasses()
            .that()
            .resideInAPackage("..trainer.feedback..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..trainer.distill..", "..trainer.evaluate..", "..trainer.publish..", "..trainer.run..");

    @ArchTest
    static final ArchRule TRAINING_DOES_NOT_KNOW_VERSION_NUMBERS = noClasses()
            .that()
            .resideInAnyPackage("..trainer.distill..", "..trainer.evaluate..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..trainer.publish..", "..trainer.run..", "io.lorafleet.registry..");

    @ArchTest
    static final ArchRule PUBLISHING_DOES_NOT_KNOW_TRAINING = noClasses()
            .that()
            .resideInAPackage("..trainer.publish..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..trainer.distill..", "..trainer.evaluate..", "..trainer.run..");
}
