import FuzzHarness

@main struct FuzzMSD {
    static func main() {
        FuzzRun.start { input in
            MSDProbe.wholeOrDamaged(input)
            MSDProbe.prefix(of: input)
            MSDProbe.additionalData(input)
        }
    }
}
