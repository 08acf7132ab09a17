// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Dependencies point from the edges (kafka, engine) to the features (job, adapter). */
@AnalyzeClasses(packages = "io.lorafleet", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule FEATURES_KNOW_NO_EDGE = noClasses()
            .that()
            .resideInAnyPackage("..worker.job..", "..worker.batching..", "..worker.adapter..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..worker.kafka..", "..worker.engine..", "org.apache.kafka..", "io.smallrye.reactive.messaging..");

    @ArchTest
    static final ArchRule EDGES_KNOW_NOT_EACH_OTHER = noClasses()
            .that()
            .resideInAPackage("..worker.kafka..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..worker.engine..", "ai.djl..");

    @ArchTest
    static final ArchRule JOBS_TOUCH_NO_ARRAYS = noClasses()
            .that()
            .resideInAnyPackage("..worker.job..", "..worker.batching..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");
}
