import '../ui/base.css'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { LANGUAGE } from './language.ts'

document.documentElement.lang = LANGUAGE
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
