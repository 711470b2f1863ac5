"""How a report is made: plan, execute, render, prove, publish. Knows nothing of customers."""
