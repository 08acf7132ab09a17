// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.lorafleet.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule featuresKnowNeitherHttpNorKafka = noClasses()
            .that()
            .resideInAnyPackage("..feedback..", "..generation..", "..adapter..", "..model..", "..training..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..gateway.http..",
                    "..gateway.kafka..",
                    "jakarta.ws.rs..",
                    "org.apache.kafka..",
                    "..reactive.messaging..");

    @ArchTest
    static final ArchRule httpAndKafkaMeetOnlyInFeatures =
            slices().matching("io.lorafleet.gateway.(http|kafka)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule featuresHaveNoCycles =
            slices().matching("io.lorafleet.gateway.(*)..").should().beFreeOfCycles();
}
