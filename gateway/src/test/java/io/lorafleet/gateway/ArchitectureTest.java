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
    static final ArchRule featuresDependOnNeitherHttpNorKafka = noClasses()
            .that()
            .resideInAnyPackage(
                    "..feedback..",
                    "..generation..",
                    "..adapter..",
                    "..model..",
                    "..training..",
                    "..storage..",
                    "..security..",
                    "..webhook..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..gateway.http..",
                    "..gateway.kafka..",
                    "jakarta.ws.rs..",
                    "org.eclipse.microprofile.openapi..",
                    "org.apache.kafka..",
                    "..reactive.messaging..");

    @ArchTest
    static final ArchRule featuresDependOnNeitherSecurityNorWebhook = noClasses()
            .that()
            .resideInAnyPackage(
                    "..feedback..", "..generation..", "..adapter..", "..model..", "..training..", "..storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..gateway.security..", "..gateway.webhook..");

    @ArchTest
    static final ArchRule httpAndKafkaAreIndependent =
            slices().matching("io.lorafleet.gateway.(http|kafka)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule httpCoreDoesNotDependOnItsApis = noClasses()
            .that()
            .resideInAnyPackage("io.lorafleet.gateway.http", "..http.guard..", "..http.problem..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..http.fleet..", "..http.openai..", "..http.vllm..");

    @ArchTest
    static final ArchRule httpPackagesHaveNoCycles =
            slices().matching("io.lorafleet.gateway.http.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.lorafleet.gateway.(*)..").should().beFreeOfCycles();
}
